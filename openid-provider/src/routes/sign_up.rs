//! The sign-up.
//!
//! Replace `send` to ask for more, or to confirm e-mail addresses. Remove the route when your users come from elsewhere.

use authlete::server::Interaction;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::{finish_login, interaction, page_for, page_of, with_form_token};
use crate::app::App;
use crate::audit;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::metrics;
use crate::page_query::PageQuery;
use crate::pages::{Page, SignUpPage};
use crate::passwords;
use crate::session_data::{Login, RefusedForm};
use crate::texts::FormError;
use crate::users::NewUser;

const PATH: &str = "/sign-up";

pub async fn page(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
    mut browser: BrowserSession,
    parts: Parts,
) -> Result<SignUpPage, Error> {
    with_form_token(&mut browser).await?;
    let kept = match query.flow.as_str() {
        "" => None,
        flow => Some(app.directory.flow(&browser, flow).await?),
    };
    let pending = kept.as_ref().map(|kept| &kept.pending);
    let page = page_for(&app, &parts, &browser, &query.flow, pending);
    let is_shown_again = !query.refused.is_empty();
    if let Some(refused) = browser.refused_form(PATH, is_shown_again).await? {
        return Ok(again(page, query, &refused));
    }
    let email = match pending.and_then(|pending| interaction(pending, None)) {
        Some(Interaction::CreateAccount { login_hint }) => login_hint,
        _ => None,
    };
    Ok(SignUpPage {
        page,
        name: String::new(),
        display_name: String::new(),
        email: email.unwrap_or_default(),
    })
}

/// The page with a form that was refused.
fn again(page: Page, mut query: PageQuery, refused: &RefusedForm) -> SignUpPage {
    let form_error = page.texts().form_error(refused.form_error);
    let mut page = page.form_error(form_error);
    "form".clone_into(&mut query.refused);
    page.current_url = query.url(PATH);
    SignUpPage {
        page,
        name: refused.field("name"),
        display_name: refused.field("display_name"),
        email: refused.field("email"),
    }
}

pub async fn send(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let flow = sent.flow();
    let field = |name| sent.field(name).trim().to_owned();
    let new = NewUser {
        name: field("name"),
        display_name: field("display_name"),
        email: field("email"),
        // Blanks are part of a password.
        password: sent.field("password").to_owned(),
        is_demo: false,
    };
    let page = page_of(&app, &sent.parts, &sent.browser, &flow).await?;
    let refused = |form_error| {
        let fields = [
            ("name", &*new.name),
            ("display_name", &*new.display_name),
            ("email", &*new.email),
        ];
        RefusedForm::new(PATH, form_error, &fields)
    };
    if let Some(form_error) = form_error(&new) {
        return refuse(page, &mut sent, refused(form_error)).await;
    }
    let name_taken = refused(FormError::NameTaken);
    app.attempts.sign_up(app.ip_address(&sent.parts))?;
    let user = app.directory.users.add(new).await?;
    let outcome = if user.is_some() { "done" } else { "name_taken" };
    metrics::event("sign_ups_total", outcome);
    let subject = user.as_ref().map(|user| user.subject.as_str());
    let subject = subject.unwrap_or_default();
    audit::event(&app, &sent.parts, "sign_up", subject, outcome);
    let Some(user) = user else {
        return refuse(page, &mut sent, name_taken).await;
    };
    let login = Login::new(&user.subject, false);
    finish_login(&app, sent.browser, login, &flow).await
}

/// Keeps the form for the same page in another language, and shows it again.
async fn refuse(page: Page, sent: &mut VerifiedForm, form: RefusedForm) -> Result<Response, Error> {
    sent.browser.data.refused_form = Some(form.clone());
    sent.browser.save().await?;
    Ok(again(page, sent.query.clone(), &form).into_response())
}

/// The first error in what a user entered.
fn form_error(new: &NewUser) -> Option<FormError> {
    let is_allowed = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    let is_name = (3..=64).contains(&new.name.len()) && new.name.chars().all(is_allowed);
    let is_display_name = (1..=100).contains(&new.display_name.chars().count())
        && !new.display_name.contains(char::is_control)
        && !new.display_name.contains(is_deceptive)
        && new.display_name.contains(char::is_alphanumeric);
    // Only an e-mail can show that the address exists.
    let is_email = new.email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && !new
                .email
                .contains(|it: char| it.is_whitespace() || it.is_control())
    });
    if !is_name {
        Some(FormError::NameInvalid)
    } else if !is_display_name {
        Some(FormError::DisplayNameInvalid)
    } else if !is_email || new.email.len() > 254 {
        Some(FormError::EmailInvalid)
    } else if !passwords::is_allowed(&new.password) {
        Some(FormError::PasswordInvalid)
    } else {
        None
    }
}

/// Invisible characters, and those that change the direction of text: with them, a name can look like another one, or empty.
/// Joiners (U+200C, U+200D) are allowed, since names in some scripts need them.
fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}
