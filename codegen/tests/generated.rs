//! The effect of each generation step on the generated code.

use std::fs;
use std::sync::LazyLock;

use authlete_codegen::{Description, generate, source};

const ROOT: &str = include_str!("fixtures/openapi.yaml");

const THINGS: &str = r##"
tags: [{ name: things, x-displayName: Things, description: Things. }]
paths:
  /thing/update/{clientId}:
    post:
      operationId: update_thing
      x-repeatable: false
      x-evicts: { token: ticket, unless: { type: SMALL } }
      summary: Update a thing
      description: Updates a thing.
      parameters:
        - name: clientId
          in: path
          required: true
          description: The client.
          schema: { type: string, format: client-identifier }
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/ThingRequest" } } } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { $ref: "#/components/schemas/ThingResponse" } } } }
        "201": { description: Done., content: { application/json: { schema: { $ref: "#/components/schemas/ThingResponse" } } } }
  /things/health:
    post:
      operationId: check_things
      x-repeatable: true
      summary: Check things
      description: Checks things.
      servers: [{ url: "https://v3.example/api", x-api-version: "3.0" }]
      requestBody: { required: true, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/ThingRequest" } } } } }
      responses:
        "200": { description: Done., content: { text/plain: { schema: { type: string } } } }
  /{serviceId}/things:
    get:
      operationId: list_things
      x-repeatable: true
      summary: List things
      description: Lists things.
      servers:
        - { url: "https://v3.example/api", x-api-version: "3.0" }
        - { url: "https://v2.example/api", x-api-version: "2.x" }
      security: []
      x-2.x: { path: "/things/of/{serviceId}", method: put }
      parameters:
        - { name: serviceId, in: path, required: true, description: The service., schema: { type: integer, format: int64 } }
        - { name: start, in: query, description: The first., schema: { type: integer, format: int32 } }
        - { name: end, in: query, description: The last., schema: { type: integer, format: int32 } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { type: object, additionalProperties: true } } } }
        "204": { description: Nothing. }
  /organization/things:
    get:
      operationId: list_organization_things
      x-repeatable: true
      summary: List the things of an organization
      description: Lists them.
      servers: [{ url: "https://login.example/api", x-api-version: "3.0", x-root: organization }]
      parameters:
        - { name: after, in: query, description: The time., schema: { type: string, format: date-time } }
        - { name: types, in: query, description: The types., schema: { type: array, items: { type: string } } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { type: array, items: { type: string } } } } }
        "4XX": { description: Failed. }
    post:
      operationId: create_organization_thing
      x-repeatable: false
      x-evicts: nothing
      summary: Create a thing of an organization
      description: Creates it.
      servers: [{ url: "https://login.example/api", x-api-version: "3.0", x-root: organization }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/OrganizationThing" } } } }
      responses:
        "204": { description: Done. }
  /thing/create:
    post:
      operationId: create_thing
      x-repeatable: false
      x-evicts: everything
      x-hosted-replacement: create_organization_thing
      summary: Create a thing
      description: Creates a thing.
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/ThingRequest" } } } }
      responses:
        "204": { description: Done. }
  /thing/probe:
    post:
      operationId: probe_thing
      x-repeatable: { unless: proof }
      summary: Probe a thing
      description: Probes a thing.
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/ThingProbe" } } } }
      responses:
        "204": { description: Done. }
  /thing/revoke:
    post:
      operationId: revoke_thing
      x-repeatable: false
      x-evicts: { token: [proof, form.token] }
      summary: Revoke a thing
      description: Revokes a thing.
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/ThingProbe" } } } }
      responses:
        "204": { description: Done. }
  /thing/delete/{thingId}:
    delete:
      operationId: delete_thing
      x-repeatable: false
      x-evicts: { token: thingId }
      summary: Delete a thing
      description: Deletes a thing.
      parameters:
        - { name: thingId, in: path, required: true, description: The thing., schema: { type: string } }
      responses:
        "204": { description: Done. }
  /thing/pages:
    get:
      operationId: list_pages_of_things
      x-repeatable: true
      x-pages: names
      summary: List pages
      description: Lists pages.
      parameters:
        - { name: start, in: query, description: The first., schema: { type: integer, format: int32 } }
        - { name: end, in: query, description: The last., schema: { type: integer, format: int32 } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { $ref: "#/components/schemas/ThingPage" } } } }
components:
  schemas:
    ThingProbe:
      description: A probe.
      type: object
      properties:
        form: { description: A form., type: string }
        proof: { description: A proof., type: string }
    ThingPage:
      description: A page.
      type: object
      properties:
        names: { description: Parts., type: array, items: { $ref: "#/components/schemas/Part" } }
        totalCount: { description: How many., type: integer, format: int32 }
    ClaimValue:
      description: The value of a claim.
      type: object
      x-standalone: true
      properties:
        first: { description: The first., type: string }
    OrganizationThing:
      description: A thing of an organization.
      type: object
      required: [name]
      properties:
        organizationId: { description: The organization., x-setting: OrganizationId, type: integer, format: int64 }
        createdAt: { description: The time., type: string, format: date-time }
        details: { description: Whatever., type: object, additionalProperties: true }
        name: { description: A name., type: string }
    Answer:
      description: A status.
      type: object
      properties:
        resultCode: { description: The code., type: string }
        responseHeaders:
          description: The headers.
          type: object
          additionalProperties: { type: array, items: { type: string } }
    ThingRequest:
      description: A request.
      type: object
      required: [ticket, count]
      properties:
        count: { description: A count., type: integer, format: int64 }
        ticket: { description: A ticket., type: string, format: password }
        names: { description: Names., type: array, items: { type: string } }
        type: { description: A type., allOf: [{ $ref: "#/components/schemas/ThingKind" }] }
    ThingResponse:
      description: A response.
      allOf: [{ $ref: "#/components/schemas/Answer" }]
      type: object
      required: [action, name]
      properties:
        action: { description: What to do., allOf: [{ $ref: "#/components/schemas/ThingResponseAction" }] }
        name: { description: A name., type: string }
        names: { description: Names., type: array, items: { type: string } }
        part: { description: A part., allOf: [{ $ref: "#/components/schemas/Part" }] }
        responseContent: { description: What the client gets., type: string, format: password }
        ticket: { description: A ticket., type: string, format: password }
    Part:
      description: A part.
      x-text: name
      type: object
      properties:
        name: { description: A name., type: string }
        size: { description: A size., type: integer, format: int64 }
    ThingKind:
      description: A kind.
      type: string
      x-values:
        - { value: BIG_ONE, protocol: big-one, description: Big. }
        - { value: SMALL, description: Small. }
    ThingResponseAction:
      description: What to do.
      type: string
      x-values:
        - { value: OK, description: All is well., http: { status: 200, body: application/json } }
        - { value: DENIED, description: Denied., http: { status: 401, header: WWW-Authenticate, challenge: client } }
        - { value: FAILED, description: Failed., http: { status: 500 } }
        - { value: NOT_FOUND, description: There is no such thing., next: [], refused: true }
        - { value: ASK_USER, description: Ask., next: [update_thing] }
        - { value: DONE, description: Done., next: [], http: { status: 204 } }
"##;

/// The sources of the client and of the probe.
static SOURCES: LazyLock<[String; 2]> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("openapi.yaml"), ROOT).unwrap();
    fs::write(directory.path().join("things.yaml"), THINGS).unwrap();
    let description = Description::load(directory.path()).unwrap();
    let generated = generate(&description).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    [folded(&generated.client), folded(&generated.probe)]
});

/// The source of the client.
static GENERATED: LazyLock<&str> = LazyLock::new(|| &SOURCES[0]);

/// The source of a file, with all white space folded.
fn folded(file: &syn::File) -> String {
    let text = source(file);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_generated(part: &str) {
    assert!(GENERATED.contains(part), "no {part} in\n{}", *GENERATED);
}

#[test]
fn standalone_schema_is_generated_like_a_request() {
    assert_generated("impl ClaimValue {");
    assert_generated(
        "crate::setters! { ClaimValue { into first maybe_first : ::std::string::String } }",
    );
}

#[test]
fn enums_are_open_and_have_both_vocabularies() {
    assert_generated(
        r#"crate::open_enum! { #[doc = " A kind."] ThingKind { #[doc = " Big."] BigOne = "BIG_ONE" => "big-one", #[doc = " Small."] Small = "SMALL" } }"#,
    );
    assert!(!GENERATED.contains("enum ThingKind"));
}

#[test]
fn actions_have_short_names() {
    assert_generated("pub action: ThingAction,");
    assert!(!GENERATED.contains("ThingResponseAction"));
}

#[test]
fn response_may_lack_its_action_and_required_members() {
    assert_generated(
        r#"#[serde(default, skip_serializing_if = "ThingAction::is_unset")] pub action: ThingAction"#,
    );
    let response = &GENERATED[GENERATED.find("pub struct ThingResponse").unwrap()..];
    assert!(response.contains("pub name: ::std::option::Option<::std::string::String>"));
}

#[test]
fn members_of_answers_are_optional_and_those_of_requests_may_be_required() {
    assert_generated(
        r#"crate::impl_deserialize! { ThingResponse { or_default action = "action", value name = "name", list names = "names", value part = "part", value response_content = "responseContent", value response_headers = "responseHeaders", value result_code = "resultCode", value ticket = "ticket" } }"#,
    );
    assert_generated("#[derive(Clone, Debug, PartialEq, ::serde::Serialize, Default)]");
    assert_generated("#[derive(Clone, Debug, PartialEq, ::serde::Serialize)]");
    assert_generated(r#"required => ["count", "ticket"] }"#);
}

#[test]
fn integers_and_objects_with_x_text_of_a_response_may_be_strings() {
    assert_generated(
        r#"crate::impl_deserialize! { Part { value name = "name", integer size = "size" }, text => name : Some }"#,
    );
}

#[test]
fn absent_and_empty_lists_are_distinguished() {
    assert_generated(
        r#"#[serde(skip_serializing_if = "::std::option::Option::is_none")] pub names: ::std::option::Option<::std::vec::Vec<::std::string::String>>"#,
    );
}

#[test]
fn unknown_members_are_kept() {
    assert_generated("#[serde(flatten)] pub extra: crate::JsonObject");
}

#[test]
fn secret_member_has_the_secret_type() {
    assert_generated("pub ticket: crate::Secret");
}

#[test]
fn response_headers_are_set_from_the_transport() {
    assert_generated("pub response_headers: ::std::option::Option<crate::ResponseHeaders>");
    assert_generated("crate::impl_from_response! { types::ThingResponse, response_headers }");
}

#[test]
fn constructors_take_required_members_in_the_order_of_the_description() {
    assert_generated(
        "pub fn new( ticket: impl ::std::convert::Into<crate::Secret>, count: i64, ) -> Self { Self { count,",
    );
}

#[test]
fn setters_exist_only_for_optional_members_of_requests() {
    assert_generated(
        "crate::setters! { ThingRequest { list names maybe_names : ::std::string::String, into type_ maybe_type_ : ThingKind } }",
    );
    assert!(!GENERATED.contains("ThingResponse { list"));
}

#[test]
fn structs_are_non_exhaustive() {
    assert_eq!(
        GENERATED.matches("#[non_exhaustive] pub struct").count(),
        GENERATED.matches("pub struct").count()
    );
}

#[test]
fn compositions_are_flat_and_groups_are_not_separate_types() {
    let response = &GENERATED[GENERATED.find("pub struct ThingResponse").unwrap()..];
    assert!(response.contains("pub result_code:"));
    // `Answer` is also the schema of errors, so it is a type as well.
    assert_generated("pub struct Answer");
}

#[test]
fn query_parameters_are_passed_as_one_argument() {
    assert_generated("pub struct ListThingsQuery");
    assert_generated("query: &types::ListThingsQuery,");
    assert_generated(".query(query)");
}

#[test]
fn client_argument_takes_anything_that_converts() {
    assert_generated("client_id: impl ::std::convert::Into<crate::ClientIdentifier>,");
    assert_generated(
        r#"let client_id = crate::url_path::path_segment( &operations::UPDATE_THING, "clientId", &client_id, )?;"#,
    );
}

#[test]
fn methods_return_the_answer_itself() {
    assert_generated("-> crate::Result<types::ThingResponse>");
    assert_generated("-> crate::Result<::std::option::Option<crate::JsonObject>>");
    assert!(!GENERATED.contains("ResponseValue") && !GENERATED.contains("api-version"));
}

#[test]
fn list_is_taken_as_a_slice() {
    assert_generated("body: &[types::ThingRequest], ) -> crate::Result<");
    let binding = "let body: Vec<authlete::types::ThingRequest> = argument(arguments, \"body\");";
    assert!(SOURCES[1].contains(binding));
}

#[test]
fn text_response_is_returned_as_string() {
    let method = &GENERATED[GENERATED.find("pub async fn check_things").unwrap()..];
    let signature = method.split('{').next().unwrap();
    assert!(signature.contains("-> crate::Result<::std::string::String>"));
    assert_generated("Returns the text unchanged, or an empty string if there is no body.");
}

#[test]
fn operation_of_one_generation_has_no_route_in_the_other() {
    assert_generated(r#"Operation { id: "check_things", category: "things", v2: None, v3: Some("#);
    assert_generated("`POST /api/things/health` in 3.0, not in 2.x.");
}

#[test]
fn single_use_member_is_documented() {
    assert_generated(r#"repeatable: true, single_use: Some("proof"), hosted_replacement: None, }"#);
    assert_generated(
        "may have been processed, unless the request has a `proof`, which is single-use.",
    );
}

#[test]
fn operation_that_names_a_token_evicts_its_answers() {
    assert_generated(
        "let eviction = self .eviction( &operations::REVOKE_THING, || { crate::introspection_cache::TokenName::name(&body.proof) .or_else(|| crate::introspection_cache::form_parameter( &body.form, \"token\", )) }, );",
    );
    assert_generated("Box::pin(eviction.conclude(answer.as_ref().map(|_| false))).await;");
}

#[test]
fn operation_evicts_unless_the_request_has_a_value() {
    assert_generated(
        r#"if body .type_ .as_ref() .is_some_and(|value| value.as_str() == "SMALL") { None } else { self.eviction("#,
    );
    assert_generated(
        "With an introspection cache, evicts the cached responses for the token, unless `type` is `SMALL`.",
    );
}

#[test]
fn refusal_evicts_nothing() {
    // A client error, and a value with the mark. A failure of the server may have changed something.
    assert_generated(r#"matches!(answer.action.as_str(), "DENIED" | "NOT_FOUND")"#);
}

#[test]
fn token_in_the_path_is_kept_before_it_is_encoded() {
    assert_generated(
        r#"#[cfg(feature = "introspection-cache")] let token = thing_id; let thing_id = crate::url_path::path_segment("#,
    );
    assert_generated("self.eviction(&operations::DELETE_THING, || Some(token.into()));");
}

#[test]
fn operation_that_may_change_any_token_evicts_all_answers() {
    assert_generated("let eviction = self.eviction(&operations::CREATE_THING, || None);");
    assert_generated("With an introspection cache, evicts all cached responses.");
    let nothing = &GENERATED[GENERATED
        .find("pub async fn create_organization_thing")
        .unwrap()..];
    let nothing = nothing.split("pub async fn").nth(1).unwrap();
    assert!(!nothing.contains("eviction"), "{nothing}");
}

#[test]
fn paginated_list_is_a_list_request() {
    assert_generated(
        "crate::pages::list_request! { types::ListPagesOfThingsQuery, list_pages_of_things, types::ThingPage, names : types::Part }",
    );
    assert_generated("The list is paginated: [`items`](Self::items) fetches all pages.");
}

#[test]
fn routes_follow_from_servers_security_and_exceptions() {
    assert_generated(
        r#"Operation { id: "update_thing", category: "things", v2: Some(Route { method: "POST", path: "/thing/update/{clientId}", root: ApiRoot::Api, credentials: &[CredentialKind::ServiceKey], }), v3: Some(Route { method: "POST", path: "/thing/update/{clientId}", root: ApiRoot::Service, credentials: &[CredentialKind::ServiceAccessToken], }), repeatable: false, single_use: None, hosted_replacement: None, }"#,
    );
    assert_generated(
        r#"Operation { id: "list_things", category: "things", v2: Some(Route { method: "PUT", path: "/things/of/{serviceId}", root: ApiRoot::Api, credentials: &[], }), v3: Some(Route { method: "GET", path: "/{serviceId}/things", root: ApiRoot::Api, credentials: &[], }), repeatable: true, single_use: None, hosted_replacement: None, }"#,
    );
}

#[test]
fn methods_have_the_documentation_of_the_description() {
    assert_generated(
        "/**List things. Lists things. - `service_id`: The service. Changes nothing, and is retried even if the first request may have been processed. `GET /api/{serviceId}/things` in 3.0, `PUT /api/things/of/{serviceId}` in 2.x.*/ pub async fn list_things(",
    );
}

#[test]
fn operation_of_the_organization_api_has_its_root() {
    assert_generated(
        r#"v3: Some(Route { method: "POST", path: "/organization/things", root: ApiRoot::Organization, credentials: &[CredentialKind::ServiceAccessToken], }), repeatable: false, single_use: None, hosted_replacement: None, }"#,
    );
    assert_generated("`POST /api/organization/things` of the organization API in 3.0, not in 2.x.");
}

#[test]
fn operation_with_a_hosted_replacement_names_it_in_the_table_and_in_its_documentation() {
    assert_generated(
        r#"repeatable: false, single_use: None, hosted_replacement: Some("create_organization_thing"), }"#,
    );
    assert_generated(
        "Fails with [`Error::NotCallable`](crate::Error::NotCallable) on Authlete's own 3.0 servers (`*.authlete.com`) and sends nothing: call [`create_organization_thing`](Self::create_organization_thing) there.",
    );
}

#[test]
fn member_with_a_setting_is_filled_in_before_the_request_is_sent() {
    assert_generated(
        "let mut body = body.clone(); body.organization_id = Some( self .or_configured( &operations::CREATE_ORGANIZATION_THING, crate::Setting::OrganizationId, body.organization_id, )?, ); body",
    );
    assert_generated(
        "the methods of the same name. #[inline] pub fn new(name: impl ::std::convert::Into<::std::string::String>) -> Self",
    );
}

#[test]
fn list_of_strings_is_returned_as_vec() {
    let method = &GENERATED[GENERATED
        .find("pub async fn list_organization_things")
        .unwrap()..];
    let signature = method.split('{').next().unwrap();
    assert!(
        signature.contains("-> crate::Result<::std::vec::Vec<::std::string::String>>"),
        "{signature}"
    );
}

#[test]
fn date_time_is_a_string() {
    assert_generated("pub created_at: ::std::option::Option<::std::string::String>");
    let query = &GENERATED[GENERATED
        .find("pub struct ListOrganizationThingsQuery")
        .unwrap()..];
    let members = query.split('}').next().unwrap();
    assert!(
        members.contains("pub after: ::std::option::Option<::std::string::String>"),
        "{members}"
    );
    assert!(
        members
            .contains("pub types: ::std::option::Option<::std::vec::Vec<::std::string::String>>"),
        "{members}"
    );
}

#[test]
fn object_of_any_members_keeps_its_values_out_of_debug() {
    assert_generated("pub details: ::std::option::Option<crate::JsonObject>");
}

#[test]
fn action_values_become_responses_or_decisions() {
    assert_generated(
        r#"crate::server::next! { #[doc = " What your server does with the answer of `update_thing`."] ThingNext = ThingResponse, ThingAction, [response_content], [], [credentials]; respond Ok = (200u16, Body("application/json"), Nobody); respond Denied = (401u16, Header("www-authenticate"), Client); respond Failed = (500u16, ServerError, Nobody); @ decide #[doc = " There is no such thing."] NotFound[] []; decide #[doc = " Ask."] AskUser[ticket] []; decide #[doc = " Done."] Done[] [response = (204u16, Nothing, Nobody)]; }"#,
    );
}
