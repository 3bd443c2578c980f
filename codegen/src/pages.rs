//! Operations with a paginated list: `x-pages`.

use quote::format_ident;
use serde_json::Value;
use syn::{Item, parse_quote};

use crate::document::{OperationEntry, content, operations, reference, success};
use crate::prepare::query_parameters;
use crate::refine::{member_name, query_type, type_name};

/// The extension that names the member of the response with the items of the page.
pub const PAGES: &str = "x-pages";

/// The first index of a page, and the index after its last: members of the request or query parameters.
pub const BOUNDS: [&str; 2] = ["start", "end"];

/// The member of the response with the total number of items.
pub const TOTAL: &str = "totalCount";

/// The documentation of such an operation.
pub const DOCUMENTATION: &str = "The list is paginated: [`items`](Self::items) fetches all pages.";

/// An operation with a paginated list, and its schemas.
pub(crate) struct Pages<'a> {
    id: &'a str,
    /// `None` if the bounds are in the query.
    request: Option<&'a str>,
    response: &'a str,
    member: &'a str,
    item: &'a str,
}

impl<'a> Pages<'a> {
    /// `None` if the operation does not have `x-pages`, or lacks the members for it.
    pub(crate) fn of(document: &'a Value, entry: &OperationEntry<'a>) -> Option<Self> {
        let schemas = &document["components"]["schemas"];
        let member = entry.value[PAGES].as_str()?;
        let (_, answer) = content(success(entry.value)?.1)?;
        let response = reference(answer)?;
        let answer = &schemas[response]["properties"];
        let item = reference(&answer[member]["items"])?;
        let is_bound = |schema: &Value| schema["type"] == "integer" && schema["format"] == "int32";
        let request = content(&entry.value["requestBody"]).map(|(_, schema)| reference(schema));
        let has_bounds = match request {
            Some(Some(request)) => BOUNDS
                .iter()
                .all(|bound| is_bound(&schemas[request]["properties"][*bound])),
            Some(None) => false,
            None => BOUNDS.iter().all(|bound| {
                query_parameters(entry.value)
                    .any(|query| query["name"] == *bound && is_bound(&query["schema"]))
            }),
        };
        let has_path_parameters = entry.path.contains('{');
        let is_fit = has_bounds && is_bound(&answer[TOTAL]) && !has_path_parameters;
        is_fit.then_some(Self {
            id: entry.id(),
            request: request.flatten(),
            response,
            member,
            item,
        })
    }

    fn implementation(&self) -> Item {
        let method = format_ident!("{}", self.id);
        let request = match self.request {
            Some(request) => format_ident!("{}", type_name(request)),
            None => query_type(self.id),
        };
        let response = format_ident!("{}", type_name(self.response));
        let member = member_name(self.member);
        let item = format_ident!("{}", type_name(self.item));
        parse_quote! {
            crate::pages::list_request! { types::#request, #method, types::#response, #member: types::#item }
        }
    }
}

/// The `ListRequest` implementations for the requests of these operations.
pub fn implementations(document: &Value) -> impl Iterator<Item = Item> {
    operations(document).filter_map(|entry| Some(Pages::of(document, &entry)?.implementation()))
}
