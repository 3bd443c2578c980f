//! OAuth 2.0 Form Post Response Mode.

use std::fmt::Write as _;

/// A page that posts parameters to a URI when it has loaded, or by its button without JavaScript.
pub fn page<'a>(uri: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut fields = String::new();
    for (name, value) in parameters {
        let (name, value) = (escape(name), escape(value));
        let _ = writeln!(
            fields,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\"/>"
        );
    }
    let uri = escape(uri);
    format!(
        "<!DOCTYPE html>\n\
         <html>\n\
         <head><meta charset=\"UTF-8\"/><title>Back to the application</title></head>\n\
         <body onload=\"document.forms[0].submit()\">\n\
         <form method=\"post\" action=\"{uri}\">\n\
         {fields}\
         <noscript><button type=\"submit\">Continue</button></noscript>\n\
         </form>\n\
         </body>\n\
         </html>\n"
    )
}

/// Escapes a text for use as an attribute value.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
