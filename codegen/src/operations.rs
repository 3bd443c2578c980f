//! The methods that call the API, and the table of operations with their routes.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, FnArg, Ident, ImplItem, ImplItemFn, Item, ReturnType, Stmt, Type, parse_quote};

use crate::document::{OperationEntry, TEXT, content, object, operations, reference, success};
use crate::eviction::Eviction;
use crate::pages::{self, PAGES};
use crate::prepare::{is_free_query, query_parameters};
use crate::refine::{first_argument, is_free_object, list_of, member_name, option_of, query_type};

/// The two generations of the API, as `x-api-version` names them.
pub const V2: &str = "2.x";
/// See [`V2`].
pub const V3: &str = "3.0";

/// The extension that says whether an operation may be retried after it may have been processed.
pub const REPEATABLE: &str = "x-repeatable";

/// The extension that names the operation to call on Authlete's own 3.0 servers in place of this one.
pub const HOSTED_REPLACEMENT: &str = "x-hosted-replacement";

/// The extension that names the setting for a request member that the caller omits.
pub const SETTING: &str = "x-setting";

/// The extension of a server that names its API.
pub const ROOT: &str = "x-root";

/// The value of [`ROOT`] for the organization API. Other APIs have no value.
pub const ORGANIZATION: &str = "organization";

const REPEATABLE_CALL: &str =
    "Changes nothing, and is retried even if the first request may have been processed";

/// The documentation of operations with a text response.
const TEXT_ANSWER: &str = "Returns the text unchanged, or an empty string if there is no body. A text with an error status is \
    [`Error::Api`](crate::Error::Api), which has the status and the beginning of the text.";

/// An operation of the description, without its types.
#[derive(Debug)]
pub struct Operation {
    id: String,
    /// The tag of its file.
    category: String,
    v2: Option<Route>,
    v3: Option<Route>,
    path_parameters: Vec<String>,
    has_query: bool,
    has_free_query: bool,
    has_body: bool,
    /// The members of the request that a setting fills in: member and setting.
    from_settings: Vec<(String, String)>,
    may_be_empty: bool,
    answers_text: bool,
    repeatable: bool,
    single_use: Option<String>,
    hosted_replacement: Option<String>,
    eviction: Option<Eviction>,
    documentation: Vec<String>,
}

/// The route of an operation in one generation.
#[derive(Debug)]
pub struct Route {
    /// The HTTP method in upper case.
    method: String,
    /// The path below the root.
    path: String,
    root: ApiRoot,
    /// The security schemes in order of preference. Empty if no credentials are needed.
    credentials: Vec<String>,
}

/// The root of a route's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiRoot {
    /// `/api/{serviceId}` of the Authlete server.
    Service,
    /// `/api` of the Authlete server.
    Api,
    /// `/api` of the server of the organization API.
    Organization,
}

impl ApiRoot {
    fn of(server: &Value) -> Self {
        let url = server["url"].as_str().unwrap_or_default();
        if server[ROOT] == ORGANIZATION {
            Self::Organization
        } else if url.ends_with("{serviceId}") {
            Self::Service
        } else {
            Self::Api
        }
    }

    /// The variant of `ApiRoot` in the crate.
    fn expression(self) -> TokenStream {
        let variant = format_ident!("{self:?}");
        quote!(ApiRoot::#variant)
    }
}

/// Reads all operations of a document.
pub fn read(document: &Value) -> BTreeMap<String, Operation> {
    operations(document)
        .map(|entry| (entry.id().to_owned(), operation(document, &entry)))
        .collect()
}

fn operation(document: &Value, entry: &OperationEntry<'_>) -> Operation {
    let responses = object(&entry.value["responses"]);
    let (v2, v3) = (route(document, entry, V2), route(document, entry, V3));
    let eviction = Eviction::of(document, entry.value);
    Operation {
        id: entry.id().to_owned(),
        category: category(entry.value),
        documentation: documentation(entry.value, eviction.as_ref(), v2.as_ref(), v3.as_ref()),
        v2,
        v3,
        path_parameters: template_parameters(entry.path).map(str::to_owned).collect(),
        has_query: query_parameters(entry.value).next().is_some(),
        has_free_query: is_free_query(entry.value),
        has_body: !entry.value["requestBody"].is_null(),
        from_settings: from_settings(document, entry.value),
        may_be_empty: responses.contains_key("204")
            && responses.len() > 1
            && responses.contains_key("200"),
        answers_text: answers_text(entry.value),
        repeatable: is_repeatable(entry.value),
        single_use: single_use(entry.value).map(str::to_owned),
        hosted_replacement: hosted_replacement(entry.value).map(str::to_owned),
        eviction,
    }
}

/// The tag of the operation's file, which the merge added as its only tag.
fn category(operation: &Value) -> String {
    let tag = operation["tags"][0].as_str();
    tag.unwrap_or_default().to_owned()
}

/// Whether the operation may be retried after it may have been processed, unless the request has a single-use member.
fn is_repeatable(operation: &Value) -> bool {
    operation[REPEATABLE] == true || single_use(operation).is_some()
}

/// The single-use member of the request.
pub fn single_use(operation: &Value) -> Option<&str> {
    operation[REPEATABLE]["unless"].as_str()
}

/// The operation to call in place of this one on Authlete's own 3.0 servers.
fn hosted_replacement(operation: &Value) -> Option<&str> {
    operation[HOSTED_REPLACEMENT].as_str()
}

/// The members of the request that a setting fills in.
fn from_settings(document: &Value, operation: &Value) -> Vec<(String, String)> {
    let name = content(&operation["requestBody"]).and_then(|(_, schema)| reference(schema));
    let Some(name) = name else { return Vec::new() };
    object(&document["components"]["schemas"][name]["properties"])
        .iter()
        .filter_map(|(member, schema)| Some((member.clone(), schema[SETTING].as_str()?.to_owned())))
        .collect()
}

/// Whether the response is plain text instead of JSON.
fn answers_text(operation: &Value) -> bool {
    let body = success(operation).and_then(|(_, response)| content(response));
    body.is_some_and(|(media_type, _)| media_type == TEXT)
}

/// The paragraphs of the method's documentation.
fn documentation(
    operation: &Value,
    eviction: Option<&Eviction>,
    v2: Option<&Route>,
    v3: Option<&Route>,
) -> Vec<String> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut paragraphs = vec![
        text(operation, "summary") + ".",
        text(operation, "description"),
    ];
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_path = parameters
        .filter(|parameter| parameter["in"] == "path")
        .map(|parameter| {
            let argument = text(parameter, "name").to_snake_case();
            format!("- `{argument}`: {}", text(parameter, "description"))
        });
    paragraphs.push(in_path.collect::<Vec<_>>().join("\n"));
    if answers_text(operation) {
        paragraphs.push(TEXT_ANSWER.to_owned());
    }
    if let Some(replacement) = hosted_replacement(operation) {
        paragraphs.push(format!(
            "Fails with [`Error::NotCallable`](crate::Error::NotCallable) on Authlete's own 3.0 servers (`*.authlete.com`) \
             and sends nothing: call [`{replacement}`](Self::{replacement}) there."
        ));
    }
    match single_use(operation) {
        Some(member) => paragraphs.push(format!(
            "{REPEATABLE_CALL}, unless the request has a `{member}`, which is single-use."
        )),
        None if is_repeatable(operation) => paragraphs.push(format!("{REPEATABLE_CALL}.")),
        None => {}
    }
    if operation.get(PAGES).is_some() {
        paragraphs.push(pages::DOCUMENTATION.to_owned());
    }
    paragraphs.extend(eviction.map(Eviction::documentation));
    let routes = [(V3, v3), (V2, v2)].map(|(version, route)| match route {
        Some(route) => {
            let api = match route.root {
                ApiRoot::Organization => " of the organization API",
                ApiRoot::Service | ApiRoot::Api => "",
            };
            format!(
                "`{} /api{}`{api} in {version}",
                route.method,
                route.full_path()
            )
        }
        None => format!("not in {version}"),
    });
    paragraphs.push(format!("{}.", routes.join(", ")));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// The route in one generation, or `None` if the operation has no server of that generation.
fn route(document: &Value, entry: &OperationEntry<'_>, version: &str) -> Option<Route> {
    let server = entry
        .inherited(document, "servers")
        .iter()
        .find(|server| server["x-api-version"] == version)?;
    let exception = if version == V2 {
        &entry.value["x-2.x"]
    } else {
        &Value::Null
    };
    let scheme_of = if version == V2 { "basic" } else { "bearer" };
    let credentials = entry
        .inherited(document, "security")
        .iter()
        .flat_map(|alternative| object(alternative).keys())
        .filter(|name| {
            document["components"]["securitySchemes"][name.as_str()]["scheme"] == scheme_of
        });
    Some(Route {
        method: exception["method"]
            .as_str()
            .unwrap_or(entry.method)
            .to_uppercase(),
        path: exception["path"].as_str().unwrap_or(entry.path).to_owned(),
        root: ApiRoot::of(server),
        credentials: credentials.cloned().collect(),
    })
}

/// The names in braces of a path template.
pub fn template_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

impl Operation {
    /// The operation ID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the query has a separate type.
    pub fn has_named_query(&self) -> bool {
        self.has_query && !self.has_free_query
    }

    /// The route in 2.x.
    pub fn v2(&self) -> Option<&Route> {
        self.v2.as_ref()
    }

    /// The route in 3.0.
    pub fn v3(&self) -> Option<&Route> {
        self.v3.as_ref()
    }

    fn constant(&self) -> Ident {
        format_ident!("{}", self.id.to_shouty_snake_case())
    }

    fn entry(&self) -> TokenStream {
        let constant = self.constant();
        let Self {
            id,
            category,
            repeatable,
            ..
        } = self;
        let single_use = optional(self.single_use.as_deref());
        let hosted_replacement = optional(self.hosted_replacement.as_deref());
        let doc = format!(" See [`Authlete::{id}`](crate::Authlete::{id}).");
        let (v2, v3) = (
            Route::expression(self.v2.as_ref()),
            Route::expression(self.v3.as_ref()),
        );
        quote! {
            #[doc = #doc]
            pub static #constant: Operation =
                Operation {
                    id: #id,
                    category: #category,
                    v2: #v2,
                    v3: #v3,
                    repeatable: #repeatable,
                    single_use: #single_use,
                    hosted_replacement: #hosted_replacement,
                };
        }
    }

    /// Tells the request whether its body has the single-use member.
    fn single_use(&self) -> Option<TokenStream> {
        let member = member_name(self.single_use.as_deref()?);
        Some(quote!(.single_use(body.#member.is_some())))
    }

    /// Adds the body to the request. Omitted members are filled in from the configuration.
    fn body(&self) -> TokenStream {
        if self.from_settings.is_empty() {
            return quote!(.json(body)?);
        }
        let constant = self.constant();
        let members = self.from_settings.iter().map(|(member, setting)| {
            let (member, setting) = (
                member_name(member),
                format_ident!("{setting}"),
            );
            quote! {
                body.#member = Some(self.or_configured(&operations::#constant, crate::Setting::#setting, body.#member)?);
            }
        });
        quote! {
            .json(&{
                let mut body = body.clone();
                #(#members)*
                body
            })?
        }
    }

    /// Starts the request of a call. The generations mostly share one path below different roots.
    fn begin(&self) -> Expr {
        let constant = self.constant();
        let begin = |route: &Route| -> Expr {
            let path = route.format();
            parse_quote!(self.request_parts(&operations::#constant, format_args!(#path))?)
        };
        match (&self.v2, &self.v3) {
            (Some(v2), Some(v3)) if v2.path != v3.path => {
                let (v2, v3) = (begin(v2), begin(v3));
                parse_quote! {
                    match self.api_version() {
                        crate::ApiVersion::V2 => #v2,
                        crate::ApiVersion::V3 => #v3,
                    }
                }
            }
            (_, Some(route)) | (Some(route), None) => begin(route),
            (None, None) => unreachable!("the checks found a generation for {}", self.id),
        }
    }
}

impl Route {
    /// The HTTP method in upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path below the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The root of the path.
    pub fn root(&self) -> ApiRoot {
        self.root
    }

    /// The security schemes in order of preference.
    pub fn credentials(&self) -> &[String] {
        &self.credentials
    }

    /// The path below `/api`.
    fn full_path(&self) -> String {
        let root = match self.root {
            ApiRoot::Service => "/{serviceId}",
            ApiRoot::Api | ApiRoot::Organization => "",
        };
        format!("{root}{}", self.path)
    }

    fn expression(route: Option<&Self>) -> TokenStream {
        let Some(Self {
            method,
            path,
            root,
            credentials,
        }) = route
        else {
            return quote!(None);
        };
        let credentials = credentials.iter().map(|name| {
            let variant = format_ident!("{}", heck::AsUpperCamelCase(name).to_string());
            quote!(CredentialKind::#variant)
        });
        let root = root.expression();
        quote! {
            Some(Route { method: #method, path: #path, root: #root, credentials: &[#(#credentials),*] })
        }
    }

    /// `/client/get/{clientId}` → `/client/get/{client_id}`.
    fn format(&self) -> String {
        let mut format = self.path.clone();
        for name in template_parameters(&self.path) {
            format = format.replace(
                &format!("{{{name}}}"),
                &format!("{{{}}}", name.to_snake_case()),
            );
        }
        format
    }
}

fn optional(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(Some(#text)),
        None => quote!(None),
    }
}

/// The module that holds the table.
pub fn table(operations: &BTreeMap<String, Operation>) -> Item {
    let entries = operations.values().map(Operation::entry);
    let constants = operations.values().map(Operation::constant);
    parse_quote! {
        #[doc = " Every operation of the API: its id, and its route in each generation."]
        pub mod operations {
            use crate::operation::{CredentialKind, Operation, ApiRoot, Route};

            #(#entries)*

            #[doc = " All operations, sorted by id."]
            pub static ALL: &[&Operation] = &[#(&#constants),*];
        }
    }
}

/// Turns the methods of progenitor's `Client` into methods of `Authlete`.
pub fn methods(items: Vec<ImplItem>, operations: &BTreeMap<String, Operation>) -> Item {
    let methods = items.into_iter().filter_map(|item| match item {
        ImplItem::Fn(method) => {
            let operation = operations.get(&method.sig.ident.to_string())?;
            Some(refine_method(method, operation))
        }
        _ => None,
    });
    parse_quote! {
        #[doc = " The operations of the API."]
        impl crate::Authlete {
            #(#methods)*
        }
    }
}

fn refine_method(mut method: ImplItemFn, operation: &Operation) -> ImplItemFn {
    elide_lifetimes(&mut method);
    take_slices(&mut method);
    group_query(&mut method, operation);
    let conversions = accept_identifiers(&mut method);
    let answer = answer_type(&method, operation);
    method.sig.output = parse_quote!(-> crate::Result<#answer>);

    let documentation = operation.documentation.join("\n\n");
    method.attrs = vec![parse_quote!(#[doc = #documentation])];

    let constant = operation.constant();
    let segments = operation.path_parameters.iter().map(|name| {
        let ident = format_ident!("{}", name.to_snake_case());
        quote!(let #ident = crate::url_path::path_segment(&operations::#constant, #name, &#ident)?;)
    });
    let begin = operation.begin();
    let query = operation.has_query.then(|| quote!(.query(query)?));
    let body = operation.has_body.then(|| operation.body());
    let single_use = operation.single_use();
    let eviction = operation.eviction.as_ref();
    let before_escaping = eviction.map(Eviction::before_escaping);
    let send = match eviction {
        None => quote!(self.execute(request).await),
        Some(eviction) => {
            let (begin, conclude) = (eviction.begin(&constant), eviction.conclude());
            quote! {
                #begin
                let answer: crate::Result<#answer> = self.execute(request).await;
                #conclude
                answer
            }
        }
    };
    method.block = parse_quote!({
        #(#conversions)*
        #before_escaping
        #(#segments)*
        let request = #begin #query #body #single_use;
        #send
    });
    method
}

/// Replaces `<'a>(&'a self, …)` by the equivalent elided form.
fn elide_lifetimes(method: &mut ImplItemFn) {
    struct Elide;
    impl VisitMut for Elide {
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            reference.lifetime = None;
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    method.sig.generics = syn::Generics::default();
    if let Some(receiver) = method.sig.inputs.first_mut() {
        *receiver = parse_quote!(&self);
    }
    Elide.visit_signature_mut(&mut method.sig);
}

/// Lists are arguments of type `&[T]` instead of `&Vec<T>`.
fn take_slices(method: &mut ImplItemFn) {
    for argument in &mut method.sig.inputs {
        if let FnArg::Typed(typed) = argument
            && let Type::Reference(reference) = &*typed.ty
            && let Some(element) = list_of(&reference.elem)
        {
            *typed.ty = parse_quote!(&[#element]);
        }
    }
}

/// Combines the query parameters into one argument of the type that `prepare` added.
fn group_query(method: &mut ImplItemFn, operation: &Operation) {
    if !operation.has_query {
        return;
    }
    method.sig.inputs = std::mem::take(&mut method.sig.inputs)
        .into_iter()
        .filter(|argument| !matches!(argument, FnArg::Typed(typed) if is_option(&typed.ty)))
        .collect();
    let ty: Type = if operation.has_free_query {
        parse_quote!(::std::collections::HashMap<String, String>)
    } else {
        let name = query_type(&operation.id);
        parse_quote!(types::#name)
    };
    method.sig.inputs.push(parse_quote!(query: &#ty));
}

fn is_option(ty: &Type) -> bool {
    option_of(ty).is_some()
}

/// A client is identified by number or alias: the argument is anything that converts into an identifier.
fn accept_identifiers(method: &mut ImplItemFn) -> Vec<Stmt> {
    let mut conversions = Vec::new();
    for argument in &mut method.sig.inputs {
        let FnArg::Typed(typed) = argument else {
            continue;
        };
        if matches!(&*typed.ty, Type::Reference(reference) if *reference.elem == parse_quote!(crate::ClientIdentifier))
        {
            let name = &typed.pat;
            conversions.push(parse_quote!(let #name: crate::ClientIdentifier = #name.into();));
            *typed.ty = parse_quote!(impl ::std::convert::Into<crate::ClientIdentifier>);
        }
    }
    conversions
}

/// The `T` in progenitor's `Result<ResponseValue<T>, Error<E>>`. For text, progenitor has a byte stream.
fn answer_type(method: &ImplItemFn, operation: &Operation) -> Type {
    if operation.answers_text {
        return parse_quote!(::std::string::String);
    }
    let ReturnType::Type(_, result) = &method.sig.output else {
        return parse_quote!(());
    };
    let value = first_argument(result)
        .and_then(first_argument)
        .cloned()
        .unwrap_or_else(|| parse_quote!(()));
    // A free-form object may contain private keys, so its type must not show values in `Debug`.
    let value = if is_free_object(&value) {
        parse_quote!(crate::JsonObject)
    } else {
        value
    };
    if operation.may_be_empty {
        parse_quote!(::std::option::Option<#value>)
    } else {
        value
    }
}

/// Makes every type that an operation returns decodable by the transport.
pub fn answers(methods: &Item, with_headers: &BTreeSet<String>) -> Vec<Item> {
    let Item::Impl(methods) = methods else {
        return Vec::new();
    };
    let mut answers = BTreeMap::new();
    for item in &methods.items {
        let ImplItem::Fn(method) = item else { continue };
        let ReturnType::Type(_, result) = &method.sig.output else {
            continue;
        };
        let Some(answer) = first_argument(result) else {
            continue;
        };
        let Type::Path(path) = option_of(answer).unwrap_or(answer) else {
            continue;
        };
        if path.path.segments[0].ident == "types" {
            let name = path
                .path
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default();
            answers.insert(name, path.clone());
        }
    }
    answers
        .into_iter()
        .map(|(name, ty)| {
            if with_headers.contains(&name) {
                parse_quote!(crate::impl_from_response! { #ty, response_headers })
            } else {
                parse_quote!(crate::impl_from_response! { #ty })
            }
        })
        .collect()
}
