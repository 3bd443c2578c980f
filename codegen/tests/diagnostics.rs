//! Errors in the description are reported with file, place and reason.

use std::fs;
use std::path::Path;

use authlete_codegen::{Description, generate};

const ROOT: &str = include_str!("fixtures/openapi.yaml");

const THINGS: &str = r##"
tags: [{ name: things, x-displayName: Things, description: Things. }]
paths:
  /thing/{id}:
    post:
      operationId: thing
      x-repeatable: false
      x-evicts: { token: [id, name], unless: { color: RED } }
      summary: Do a thing
      description: Does a thing.
      parameters:
        - { name: id, in: path, required: true, description: The thing., schema: { type: string } }
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { $ref: "#/components/schemas/Answer" } } } }
components:
  schemas:
    Thing:
      description: A thing.
      type: object
      required: [name]
      properties:
        name: { description: Its name., type: string }
        color: { description: Its color., allOf: [{ $ref: "#/components/schemas/Color" }] }
    Answer:
      description: An answer.
      type: object
      properties:
        text: { description: What it says., type: string }
        responseContent: { description: What the client gets., type: string }
        action: { description: What to do., allOf: [{ $ref: "#/components/schemas/Step" }] }
    Color:
      description: A color.
      type: string
      x-values:
        - { value: RED, description: Red. }
        - { value: GREEN, description: Green. }
    Step:
      description: What to do.
      type: string
      x-values:
        - { value: SEND, description: Send it., http: { status: 200, body: application/json } }
        - { value: ASK, description: Ask., next: [thing] }
"##;

const EVICTS: &str = "x-evicts: { token: [id, name], unless: { color: RED } }";

/// Other kinds of bodies and parameters.
const LISTS: &str = r##"
tags: [{ name: lists, x-displayName: Lists, x-note: of things, description: Lists. }]
paths:
  /list:
    post:
      operationId: take_list
      x-repeatable: false
      x-evicts: everything
      summary: Take a list
      description: Takes a list.
      servers: [{ url: "https://v3.example/api", x-api-version: "3.0" }]
      security: []
      parameters:
        - { name: dryRun, in: query, description: Whether to do nothing., schema: { type: boolean } }
      requestBody: { required: true, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Thing" } } } } }
      responses:
        "200": { description: Done., content: { text/plain: { schema: { type: string } } } }
  /organization:
    get:
      operationId: list_names
      x-repeatable: true
      x-hosted-replacement: get_keys
      summary: List names
      description: Lists names.
      servers: [{ url: "https://login.example/api", x-api-version: "3.0", x-root: organization }]
      parameters:
        - { name: after, in: query, description: The time., schema: { type: string, format: date-time } }
        - { name: types, in: query, description: The types., schema: { type: array, items: { type: string } } }
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/OfOrganization" } } } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { type: array, items: { type: string } } } } }
  /pages:
    get:
      operationId: get_page
      x-repeatable: true
      x-pages: things
      summary: Get a page
      description: Gets a page.
      parameters:
        - { name: start, in: query, description: The first index., schema: { type: integer, format: int32 } }
        - { name: end, in: query, description: The index after the last., schema: { type: integer, format: int32 } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { $ref: "#/components/schemas/Page" } } } }
  /keys:
    get:
      operationId: get_keys
      x-repeatable: false
      x-evicts: everything
      summary: Get keys
      description: Gets keys.
      responses:
        "200": { description: Done., content: { application/json: { schema: { type: object, additionalProperties: true } } } }
        "204": { description: There are none. }
components:
  schemas:
    Page:
      description: A page.
      type: object
      properties:
        things: { description: The things., type: array, items: { $ref: "#/components/schemas/Thing" } }
        totalCount: { description: How many there are., type: integer, format: int32 }
    OfOrganization:
      description: What is of an organization.
      type: object
      properties:
        organizationId: { description: The organization., x-setting: OrganizationId, type: integer, format: int64 }
        details: { description: Whatever., type: object, additionalProperties: true }
"##;

fn check(files: &[(&str, &str)]) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let result = Description::load(directory.path()).and_then(|description| generate(&description));
    let prefix = format!(
        "{}{}",
        directory.path().display(),
        std::path::MAIN_SEPARATOR
    );
    result
        .map(drop)
        .map_err(|diagnostics| diagnostics.to_string().replace(&prefix, ""))
}

/// The errors of a description after replacing one text by another.
fn diagnostics(from: &str, to: &str) -> String {
    assert!(THINGS.contains(from), "{from}");
    check(&[
        ("openapi.yaml", ROOT),
        ("things.yaml", &THINGS.replacen(from, to, 1)),
    ])
    .unwrap_err()
}

#[test]
fn valid_description_has_no_diagnostics() {
    let files = [
        ("openapi.yaml", ROOT),
        ("things.yaml", THINGS),
        ("lists.yaml", LISTS),
    ];
    assert_eq!(check(&files), Ok(()));
}

#[test]
fn each_error_is_named_with_its_place() {
    let post = "things.yaml: POST /thing/{id}";
    for (from, to, expected) in [
        ("name: things", "name: thing", "things.yaml: tag thing: is not in x-categories of openapi.yaml".into()),
        ("x-displayName: Things", "x-display: Things", "things.yaml: tag things: has an unknown extension: x-display".into()),
        ("summary: Do", "x-repeatble: true\n      summary: Do", format!("{post}: has an unknown extension: x-repeatble")),
        ("summary: Do", "servers: [{ url: 'https://x.example', x-api-version: '3.0', x-rot: organization }]\n      summary: Do",
            format!("{post}: has an unknown extension: x-rot")),
        ("required: [name]", "x-standalon: true", "things.yaml: Thing: has an unknown extension: x-standalon".into()),
        ("description: Its name., type: string", "description: Its name., type: string, x-seting: OrganizationId",
            "things.yaml: Thing.name: has an unknown extension: x-seting".into()),
        ("x-displayName: Things", "x-displayName: ' '", "things.yaml: tag things: has no x-displayName".into()),
        ("x-displayName: Things", "x-displayName: Things, x-note: 5", "things.yaml: tag things: x-note is empty or not a string".into()),
        ("summary: Do", "x-group: ''\n      summary: Do", format!("{post}: x-group is empty or not a string")),
        ("operationId: thing", "operationId: doThing", format!("{post}: needs an operationId in snake_case")),
        ("x-repeatable: false", "x-repeatable: maybe", format!("{post}: x-repeatable must be true, false or an object with `unless`")),
        ("x-repeatable: false", "x-repeatable: { unless: nmae }", format!("{post}: x-repeatable: unless is not a member of the request: nmae")),
        ("x-repeatable: false", "x-repeatable: true", format!("{post}: has x-evicts, but x-repeatable says that it changes nothing")),
        (EVICTS, "x-evictions: nothing", format!("{post}: x-repeatable is false, so x-evicts is required")),
        (EVICTS, "x-evicts: everthing", format!(r#"{post}: x-evicts must be nothing, everything or an object with token and unless: "everthing""#)),
        (EVICTS, "x-evicts: { tokens: name }", format!(r#"{post}: x-evicts must be nothing, everything or an object with token and unless: {{"tokens":"name"}}"#)),
        (EVICTS, "x-evicts: { token: [] }", format!("{post}: x-evicts: token is empty")),
        (EVICTS, "x-evicts: { token: nmae }", format!("{post}: x-evicts: token must name a path parameter or a request member of type string: nmae")),
        (EVICTS, "x-evicts: { token: [name, color] }", format!("{post}: x-evicts: token must name a path parameter or a request member of type string: color")),
        (EVICTS, "x-evicts: { unless: { color: PINK } }", format!(r#"{post}: x-evicts: unless must have one request member with a value of its enum: {{"color":"PINK"}}"#)),
        (EVICTS, "x-evicts: { unless: { name: RED } }", format!(r#"{post}: x-evicts: unless must have one request member with a value of its enum: {{"name":"RED"}}"#)),
        ("x-repeatable: false", "x-repeatable: false\n      x-form: no form", format!("{post}: x-form must be `true` or omitted")),
        ("summary: Do a thing", "summary: ''", format!("{post}: has no summary")),
        ("description: Does a thing.", "x: y", format!("{post}: has no description")),
        ("description: Does a thing.", "description: Does a <thing>.", format!("{post}: the description has < or [ outside of backticks")),
        ("description: The thing.", "x: y", format!("{post}: parameter id: has no description")),
        ("required: true, description: The", "description: The", format!("{post}: parameter id: is in the path and must have `required: true`")),
        ("in: path", "in: cookie", format!("{post}: parameter id: is neither in the path nor in the query")),
        ("name: id", "name: other", format!("{post}: the parameters of /thing/{{id}} differ from the declared ones")),
        ("application/json: { schema: { $ref: \"#/components/schemas/Thing\" } }", "text/plain: { schema: { $ref: \"#/components/schemas/Thing\" } }",
            format!(r#"{post}: the request body has the media type "text/plain", expected application/json"#)),
        ("application/json: { schema: { $ref: \"#/components/schemas/Thing\" } }", "application/json: { schema: { type: array, items: { type: string } } }",
            format!("{post}: the request body is neither a reference to a schema nor an array of one")),
        ("application/json: { schema: { $ref: \"#/components/schemas/Thing\" } }", "",
            format!(r#"{post}: the request body has the media type "", expected application/json"#)),
        ("application/json: { schema: { $ref: \"#/components/schemas/Answer\" } }", "application/xml: { schema: { type: string } }",
            format!(r#"{post}: the response 200 has the media type "application/xml", expected application/json or text/plain"#)),
        ("application/json: { schema: { $ref: \"#/components/schemas/Answer\" } }", "text/plain: { schema: { type: string } }, application/json: {}",
            format!(r#"{post}: the response 200 has the media type "application/json and text/plain", expected application/json or text/plain"#)),
        ("application/json: { schema: { $ref: \"#/components/schemas/Answer\" } }", "text/plain: { schema: { type: integer, format: int64 } }",
            format!("{post}: the response 200 is text with another schema than `type: string`")),
        ("application/json: { schema: { $ref: \"#/components/schemas/Answer\" } }", "application/json: { schema: { type: array, items: { type: boolean } } }",
            format!("{post}: the response 200 is neither a reference to a schema, nor a free-form object, nor an array of strings")),
        ("      responses:\n        \"200\"", "      responses:\n        \"300\"", format!("{post}: has no successful response")),
        ("summary: Do", "security: [nobody: []]\n      summary: Do", format!("{post}: security refers to an unknown scheme: nobody")),
        ("summary: Do", "servers: [{ url: 'https://x.example' }]\n      summary: Do", format!("{post}: has no server whose x-api-version is 2.x or 3.0")),
        ("summary: Do", "servers: [{ url: 'https://x.example', x-api-version: '3.0', x-root: elsewhere }]\n      summary: Do",
            format!(r#"{post}: has a server whose x-root is not organization: "elsewhere""#)),
        ("summary: Do", "x-hosted-replacement: other\n      summary: Do",
            format!(r#"{post}: x-hosted-replacement is not the operationId of an operation: "other""#)),
        ("description: Its name., type: string", "description: Its name., type: string, x-setting: OrganizationId",
            "things.yaml: Thing.name: has x-setting but is not an optional integer".into()),
        ("description: Its name., type: string", "description: Its name., type: integer, format: int64, x-setting: OrganizationId",
            "things.yaml: Thing.name: has x-setting but is not an optional integer".into()),
        ("    post:", "    head:\n      summary: x\n    post:", "things.yaml: /thing/{id}: head is not an HTTP method that the generator supports".into()),
        ("description: A thing.", "x: y", "things.yaml: Thing: has no description".into()),
        ("description: Its name.", "description: Its name", "things.yaml: Thing.name: the description does not end in a full stop".into()),
        ("description: Its name., type: string", "description: Its name.", "things.yaml: Thing.name: has neither a type nor a reference".into()),
        ("description: Its name., type: string", "description: Its name., type: number", "things.yaml: Thing.name: has the type number, which the API does not use".into()),
        ("description: Its name., type: string", "description: Its name., type: integer", "things.yaml: Thing.name: is an integer without int32 or int64".into()),
        ("description: Its name., type: string", "description: Its name., type: string, format: date", "things.yaml: Thing.name: has an unknown format: date".into()),
        ("description: Its name., type: string", "description: Its name., type: string, enum: [A]", "things.yaml: Thing.name: has an inline enum: define it as a schema, so that it can be shared".into()),
        ("required: [name]", "required: [nmae]", "things.yaml: Thing: requires nmae, which it does not have".into()),
        ("      required: [name]\n", "      x-text: nmae\n", "things.yaml: Thing: x-text must name a member of type string without a format".into()),
        ("      required: [name]\n", "      x-text: color\n", "things.yaml: Thing: x-text must name a member of type string without a format".into()),
        ("schemas/Color", "schemas/Colour", "things.yaml: Thing: refers to Colour, which does not exist".into()),
        ("{ value: GREEN, description: Green. }", "{ value: RED, description: Red. }", "things.yaml: Color.RED: is empty, duplicate or not a string".into()),
        ("{ value: GREEN, description: Green. }", "{ value: GREEN }", "things.yaml: Color.GREEN: has no description".into()),
        ("      x-values:\n", "      x-valeus:\n", "things.yaml: Color: is neither an object nor an enum with x-values".into()),
        ("components:\n", "webhooks: {}\ncomponents:\n", "things.yaml: webhooks: is not allowed in a category file, which may have tags, paths and components".into()),
        ("components:\n", "components:\n  parameters: {}\n", "things.yaml: components.parameters: belongs in openapi.yaml".into()),
    ] {
        let found = diagnostics(from, to);
        assert!(found.lines().any(|line| line == expected), "{to}:\n{found}\nshould be\n{expected}");
    }
}

#[test]
fn error_in_the_value_of_an_action_is_named_with_its_place() {
    const SEND: &str = "http: { status: 200, body: application/json }";
    const ASK: &str = "description: Ask., next: [thing]";
    for (from, to, expected) in [
        (
            ASK,
            "description: Ask.",
            "Step.ASK: has neither http nor next",
        ),
        (
            "description: Red.",
            "description: Red., http: { status: 200 }",
            "Color.RED: has http or next but is not an action",
        ),
        (
            "description: Red.",
            "description: Red., next: [thing]",
            "Color.RED: has http or next but is not an action",
        ),
        (
            "description: Red.",
            "description: Red., refused: true",
            "Color.RED: refused must be true, on the value of an action without a client error in http",
        ),
        (
            ASK,
            "description: Ask., next: [thing], refused: maybe",
            "Step.ASK: refused must be true, on the value of an action without a client error in http",
        ),
        (
            ASK,
            "description: Ask., http: { status: 400 }, refused: true",
            "Step.ASK: refused must be true, on the value of an action without a client error in http",
        ),
        (
            SEND,
            "http: { status: 200, bdoy: text/plain }",
            "Step.SEND: http has an unknown member",
        ),
        (
            SEND,
            "http: { body: application/json }",
            "Step.SEND: http has no status",
        ),
        (
            SEND,
            "http: { status: 99 }",
            "Step.SEND: http has no status",
        ),
        (
            SEND,
            "http: { status: 600 }",
            "Step.SEND: http has no status",
        ),
        (SEND, "http: 200", "Step.SEND: http has no status"),
        (
            SEND,
            "http: { status: 302, body: text/html, header: Location }",
            "Step.SEND: http puts responseContent into the body and into a header",
        ),
        (
            "responseContent:",
            "content:",
            "Step.SEND: http uses responseContent, which the response does not have",
        ),
        (
            SEND,
            "http: { status: 302, header: X-Location }",
            "Step.SEND: http has an unsupported header for responseContent",
        ),
        (
            SEND,
            "http: { status: 401, challenge: user }",
            "Step.SEND: http has an unknown challenge: it must be client or bearer",
        ),
        (
            ASK,
            "description: Ask., next: thing",
            "Step.ASK: next is not a list of operations",
        ),
        (
            ASK,
            "description: Ask., next: [thing, thign]",
            r#"Step.ASK: next is not the operationId of an operation: "thign""#,
        ),
        (
            ASK,
            "description: Ask., next: [5]",
            "Step.ASK: next is not the operationId of an operation: 5",
        ),
    ] {
        assert_eq!(
            diagnostics(from, to),
            format!("things.yaml: {expected}"),
            "{to}"
        );
    }
}

#[test]
fn x_pages_needs_a_list_with_total_count_and_bounds() {
    for (from, to) in [
        ("x-pages: things", "x-pages: thigns"),
        ("x-pages: things", "x-pages: totalCount"),
        ("x-pages: things", "x-pages: true"),
        ("totalCount:", "total:"),
        ("name: start, in: query", "name: from, in: query"),
        (
            "The index after the last., schema: { type: integer, format: int32 }",
            "The index after the last., schema: { type: string }",
        ),
    ] {
        assert!(LISTS.contains(from), "{from}");
        let lists = LISTS.replacen(from, to, 1);
        let found = check(&[
            ("openapi.yaml", ROOT),
            ("things.yaml", THINGS),
            ("lists.yaml", &lists),
        ])
        .unwrap_err();
        assert!(
            found.starts_with("lists.yaml: GET /pages: x-pages must name the list of objects"),
            "{to}: {found}"
        );
    }
}

#[test]
fn categories_are_listed_once_by_name() {
    for (categories, expected) in [
        (
            "[things, things]",
            "openapi.yaml: x-categories: has things twice",
        ),
        ("[things, 5]", "openapi.yaml: x-categories: 5 is not a name"),
    ] {
        let root = ROOT.replacen("[things, lists]", categories, 1);
        let found = check(&[("openapi.yaml", &root), ("things.yaml", THINGS)]).unwrap_err();
        assert_eq!(found, expected);
    }
}

#[test]
fn unused_schema_is_an_error() {
    let unused = "    Unused:\n      description: Not used.\n      type: object\n    Answer:\n";
    assert_eq!(
        diagnostics("    Answer:\n", unused),
        "things.yaml: Unused: is not used: nothing refers to it"
    );
}

#[test]
fn standalone_schema_must_be_marked_and_unreferenced() {
    let standalone = "    Unused:\n      description: Not used.\n      type: object\n      x-standalone: true\n    Answer:\n";
    let text = THINGS.replacen("    Answer:\n", standalone, 1);
    assert!(check(&[("openapi.yaml", ROOT), ("things.yaml", &text)]).is_ok());
    let used = "    Answer:\n      x-standalone: true\n";
    assert_eq!(
        diagnostics("    Answer:\n", used),
        "things.yaml: Answer: has x-standalone but is referred to"
    );
}

#[test]
fn enums_with_the_same_values_are_an_error() {
    let twin = "    Paint:\n      description: A paint.\n      type: string\n      x-values: [{ value: RED, description: Red. }, { value: GREEN, description: Green. }]\n    Answer:\n";
    let text = THINGS.replacen("    Answer:\n", twin, 1).replacen(
        "        name: {",
        "        paint: { description: Its paint., allOf: [{ $ref: \"#/components/schemas/Paint\" }] }\n        name: {",
        1,
    );
    let found = check(&[("openapi.yaml", ROOT), ("things.yaml", &text)]).unwrap_err();
    assert_eq!(
        found,
        "things.yaml: Paint: has the values of Color: share one enum"
    );
}

#[test]
fn two_files_cannot_define_the_same_name() {
    let found = check(&[
        ("openapi.yaml", ROOT),
        ("things.yaml", THINGS),
        ("twins.yaml", THINGS),
    ])
    .unwrap_err();
    assert!(
        found.contains("twins.yaml: Thing: is also defined in things.yaml"),
        "{found}"
    );
    assert!(
        found.contains("twins.yaml: /thing/{id}: is also defined in things.yaml"),
        "{found}"
    );
}

#[test]
fn duplicate_operation_id_is_an_error() {
    let second = THINGS.replace("/thing/{id}", "/other/{id}");
    let paths = second.split("components:").next().unwrap();
    let found = check(&[
        ("openapi.yaml", ROOT),
        ("things.yaml", THINGS),
        ("twins.yaml", paths),
    ])
    .unwrap_err();
    assert_eq!(
        found,
        "things.yaml: POST /thing/{id}: has the operationId of POST /other/{id}: thing"
    );
}

#[test]
fn malformed_yaml_is_named_with_its_file() {
    let found = check(&[("openapi.yaml", ROOT), ("things.yaml", "paths: [")]).unwrap_err();
    assert!(found.starts_with("things.yaml: the file: "), "{found}");
    let found = check(&[
        ("openapi.yaml", ROOT),
        ("things.yaml", "paths: {}\npaths: {}"),
    ])
    .unwrap_err();
    assert!(found.starts_with("things.yaml: the file: "), "{found}");
}

#[test]
fn missing_directory_or_root_is_named() {
    let found = Description::load(Path::new("no/such/directory"))
        .unwrap_err()
        .to_string();
    assert!(
        found.starts_with("no/such/directory: the directory: "),
        "{found}"
    );
    let found = check(&[("things.yaml", THINGS)]).unwrap_err();
    assert!(
        found.ends_with("the directory: has no openapi.yaml"),
        "{found}"
    );
}

/// Any value in any place gives diagnostics or code, never a panic.
#[test]
fn nothing_in_a_description_makes_the_generator_panic() {
    let files = [
        ("openapi.yaml", ROOT),
        ("things.yaml", THINGS),
        ("lists.yaml", LISTS),
    ];
    for (file, (_, text)) in files.into_iter().enumerate() {
        let lines: Vec<&str> = text.lines().collect();
        for index in 0..lines.len() {
            let key = lines[index].split_inclusive(':').next().unwrap_or_default();
            for value in [
                "5",
                "[]",
                "{}",
                "~",
                "text",
                "[{}]",
                "{ $ref: x }",
                "{ allOf: [5] }",
            ] {
                let mut changed: Vec<String> =
                    lines.iter().map(|line| (*line).to_owned()).collect();
                changed[index] = format!("{key} {value}");
                // The lines nested below the key are replaced, too.
                let depth = |line: &str| line.len() - line.trim_start().len();
                let below = lines[index + 1..]
                    .iter()
                    .take_while(|line| depth(line) > depth(lines[index]));
                changed.drain(index + 1..index + 1 + below.count());
                let changed = changed.join("\n");
                let mut files = files;
                files[file].1 = &changed;
                let _ = check(&files);
            }
        }
    }
}
