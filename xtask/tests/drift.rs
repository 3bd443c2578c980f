//! `cargo xtask drift`: the differences between the description and another OpenAPI document.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use authlete_codegen::document::collect_references;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use common::xtask;

const GENERATIONS: [&str; 2] = ["2.x", "3.0"];
const NOTHING: &str = "nothing differs.";

fn bundle(generation: &str) -> Value {
    let (success, output) = xtask(&["bundle", "--api-version", generation]);
    assert!(success, "{output}");
    serde_json::from_str(&output).unwrap()
}

/// Writes a document to a file in a temporary directory.
fn file(document: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("openapi");
    fs::write(&path, document).unwrap();
    (directory, path)
}

/// The result of `drift` for a document.
fn drift_from_text(text: &str, options: &[&str]) -> (bool, String) {
    let (_directory, path) = file(text);
    let mut arguments = vec!["drift", path.to_str().unwrap()];
    arguments.extend(options);
    let (success, output) = xtask(&arguments);
    assert!(!output.contains("panicked"), "{output}");
    (success, output)
}

fn drift(document: &Value) -> (bool, String) {
    drift_from_text(&document.to_string(), &[])
}

/// The lines of a section of the report.
fn section<'a>(report: &'a str, title: &str) -> &'a str {
    let start = report.find(&format!("## {title}\n"));
    let section = &report[start.unwrap_or_else(|| panic!("{title}:\n{report}"))..];
    let end = section[1..]
        .find("\n## ")
        .map_or(section.len(), |end| end + 1);
    section[..end].trim_end()
}

fn schemas(document: &mut Value) -> &mut Map<String, Value> {
    document["components"]["schemas"].as_object_mut().unwrap()
}

fn published() -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fs::read_to_string(fixtures.join("published.yaml")).unwrap()
}

fn published_as_json() -> Value {
    serde_saphyr::from_str(&published()).unwrap()
}

/// Rewrites each object of a document, the inner ones first.
fn rewrite(value: &mut Value, change: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            members
                .values_mut()
                .for_each(|member| rewrite(member, change));
            change(members);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, change)),
        _ => {}
    }
}

#[test]
fn description_does_not_drift_from_itself() {
    for generation in GENERATIONS {
        let text = bundle(generation).to_string();
        let (success, output) = drift_from_text(&text, &["--api-version", generation]);
        assert!(success, "{output}");
        assert!(output.trim_end().ends_with(NOTHING), "{output}");
    }
}

#[test]
fn other_generation_is_another_api() {
    let text = bundle("2.x").to_string();
    let (success, output) = drift_from_text(&text, &[]);
    assert!(!success);
    assert!(
        output.contains("Does `--api-version` match the generation of that document?"),
        "{output}"
    );
}

#[test]
fn names_and_path_prefixes_make_no_difference() {
    let mut document = bundle("3.0");
    rewrite(&mut document, &|members| {
        if let Some(Value::String(reference)) = members.get_mut("$ref") {
            *reference = reference.replace("/schemas/", "/schemas/their_");
        }
        if let Some(Value::String(id)) = members.get_mut("operationId") {
            *id += "_api";
        }
        if members.get("in").is_some_and(|place| place == "path") {
            let name = members["name"].as_str().unwrap();
            members["name"] = format!("their_{name}").into();
        }
        members.remove("servers");
    });
    let renamed = std::mem::take(schemas(&mut document)).into_iter();
    let renamed = renamed.map(|(name, schema)| (format!("their_{name}"), schema));
    *schemas(&mut document) = renamed.collect();
    // The root object lost its servers as well, so the paths must be complete.
    let service = bundle("3.0");
    let paths = std::mem::take(&mut document["paths"]);
    document["paths"] = paths
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, item)| {
            let operation = service["paths"][path]
                .as_object()
                .unwrap()
                .values()
                .next()
                .unwrap();
            let servers = operation.get("servers").unwrap_or(&service["servers"]);
            let root = match servers[0]["url"].as_str().unwrap().ends_with("{serviceId}") {
                true => "/api/{serviceId}",
                false => "/api",
            };
            let path = path.replace('{', "{their_");
            (format!("{root}{path}"), item.clone())
        })
        .collect::<Map<_, _>>()
        .into();
    let (success, output) = drift(&document);
    assert!(success, "{output}");
}

#[test]
fn notation_of_openapi_3_1_makes_no_difference() {
    let mut document = bundle("3.0");
    document["openapi"] = "3.1.0".into();
    rewrite(&mut document, &|members| {
        let ty = members.get("type").cloned();
        match (
            ty.as_ref().and_then(Value::as_str),
            members.get("enum").cloned(),
        ) {
            (Some("string"), Some(Value::Array(words))) => {
                members.insert("type".to_owned(), json!(["string", "null"]));
                let words = [words, vec![Value::Null]].concat();
                members.insert("enum".to_owned(), words.into());
            }
            (Some(ty @ ("string" | "integer" | "array" | "object")), None) => {
                members.insert("type".to_owned(), json!(["null", ty]));
            }
            _ => {}
        }
        if let Some(Value::Array(parts)) = members.get("allOf").cloned()
            && let [only] = parts.as_slice()
            && !members.contains_key("properties")
        {
            members.remove("allOf");
            members.insert("anyOf".to_owned(), json!([{ "type": "null" }, only]));
        }
    });
    let (success, output) = drift(&document);
    assert!(success, "{output}");
}

#[test]
fn yaml_and_json_give_the_same_report() {
    let yaml = drift_from_text(&published(), &[]);
    assert_eq!(drift(&published_as_json()), yaml);
    assert!(!yaml.0);
}

#[test]
fn each_difference_is_reported_once() {
    let (_, report) = drift_from_text(&published(), &[]);
    assert!(
        report.contains("5 endpoints in the other document, "),
        "{report}"
    );
    let expected = r#"
## Endpoints only in the other document

### `POST /api/{serviceId}/hsk/rotate` (`hsk_rotate_api`)

- [ ] credentials: `bearer`
- [ ] query parameter `mode`: `rotation_mode`
- [ ] request: `array of rotation`
- [ ] server: `https://keys.example.com`
- [ ] status `202`

## Schemas only in the other document

### `hsk.versions[]`

- [ ] `number`: `integer (int32)`
- [ ] `policy`: `key_policy`

### `key_policy`

In `hsk.versions[].policy`, `hsk_create_request.policy`, `key_policy.parents[]`.

- [ ] `labels`: `map of string`
- [ ] `name`: `string`, required
- [ ] `parents`: `array of key_policy`

### `rotation_mode`

In `hsk_rotate_api query parameter mode`, `rotation.mode`.

- [ ] value `LATER`
- [ ] value `NOW`

### `rotation`

In `hsk_rotate_api request[]`.

- [ ] `key`: `hsk`
- [ ] `mode`: `rotation_mode`

## Endpoints that differ

### `get_service_jwks`, in the other document `GET /api/{serviceId}/service/jwks/get`: `GET /api/{serviceId}/service/jwks/get`

- [ ] only in the other document: response media type `application/jwk-set+json`
- [ ] query parameter `includePrivateKeys`: optional in the description, required in the other document
- [ ] query parameter `pretty`: `boolean` in the description, `string` in the other document
- only in the description: response media type `application/json`

### `hsk_create`, in the other document `hsk_create_api`: `POST /api/{serviceId}/hsk/create`

- [ ] request: `HskCreateRequest` in the description, `string` in the other document
- [ ] request: required in the description, optional in the other document

### `hsk_delete`, in the other document `hsk_delete_api`: `DELETE /api/{serviceId}/hsk/delete/{handle}`

- [ ] credentials: `bearer` in the description, `none` in the other document
- [ ] the endpoint: in use in the description, deprecated in the other document
- only in the description: response, status `200`

### `hsk_get`, in the other document `hsk_get_api`: `GET /api/{serviceId}/hsk/get/{handle}`

- [ ] only in the other document: query parameter `detailed`: `boolean`

## Schemas that differ

### `HskCreateRequest`, in the other document `hsk_create_request`

In `hsk_create request`.

- [ ] only in the other document: `policy`: `key_policy`
- [ ] `alg`: optional in the description, required in the other document
- [ ] `kid`: `string` in the description, `array of string` in the other document
- [ ] `kty`: in use in the description, deprecated in the other document
- [ ] `use`: `string` in the description, `enum of enc, sig` in the other document

### `HskResponseAction`, in the other document `hsk_response.action`

In `HskResponse.action`.

- [ ] only in the other document: value `PENDING`
- only in the description: value `SERVER_ERROR`

### `HskResponse`, in the other document `hsk_response`

In `hsk_create response`, `hsk_get response`.

- [ ] only in the other document: `retryAfter`: `integer (int32)`
- only in the description: `responseHeaders`

### `Hsk`, in the other document `hsk`

In `HskResponse.hsk`.

- [ ] only in the other document: `versions`: `array of object`
"#;
    let rest = section(&report, "Endpoints only in the description");
    assert!(
        rest.contains("\n- [ ] `GET /api/{serviceId}/hsk/get/list` (`hsk_get_list`)\n"),
        "{rest}"
    );
    let start = report.find("\n## ").unwrap();
    assert_eq!(report[start..].replace(rest, "").trim(), expected.trim());
}

/// The schemas that the operations of a document use. They differ between the generations.
fn reached(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect_references(&document["paths"], &mut names);
    loop {
        let known = names.clone();
        for name in &known {
            collect_references(&document["components"]["schemas"][name], &mut names);
        }
        if names == known {
            return names;
        }
    }
}

/// Adds a member or value to each schema, and expects a difference for each, so that no schema is skipped.
#[test]
fn every_schema_is_compared() {
    for generation in GENERATIONS {
        let mut document = bundle(generation);
        let reached = reached(&document);
        let mut added = Vec::new();
        for (name, schema) in schemas(&mut document) {
            if !reached.contains(name) {
                continue;
            }
            let new = format!("new{name}");
            if let Some(Value::Array(words)) = schema.get_mut("enum") {
                words.push(new.clone().into());
                added.push(format!("only in the other document: value `{new}`"));
            } else {
                schema["properties"][&new] = json!({ "type": "boolean" });
                added.push(format!("only in the other document: `{new}`: `boolean`"));
            }
        }
        assert!(added.len() > 100, "{}", added.len());
        let (success, output) =
            drift_from_text(&document.to_string(), &["--api-version", generation]);
        assert!(!success);
        for line in added {
            assert!(output.contains(&line), "{generation}: {line}");
        }
    }
}

#[test]
fn each_change_is_found() {
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 29] = [
        (
            |document| {
                let paths = document["paths"].as_object_mut().unwrap();
                paths.remove("/hsk/create").unwrap();
            },
            "- [ ] `POST /api/{serviceId}/hsk/create` (`hsk_create`)",
        ),
        (
            |document| {
                let token = document["paths"]["/auth/token"].clone();
                document["paths"]["/auth/token/again"] = token;
            },
            "### `POST /api/{serviceId}/auth/token/again` (`token`)",
        ),
        (
            |document| {
                let post = document["paths"]["/auth/token"].clone();
                document["paths"]["/auth/token"]["head"] = post["post"].clone();
            },
            "### `HEAD /api/{serviceId}/auth/token` (`token`)",
        ),
        // In a group of members, and so in all objects that include it.
        (
            |document| schemas(document)["ApiResponse"]["properties"]["extra"] = json!({}),
            "- [ ] only in the other document: `extra`: `any value`\n  - `",
        ),
        (
            |document| {
                let schema =
                    json!({ "type": "object", "properties": { "deep": { "type": "number" } } });
                schemas(document)["Scope"]["properties"]["nested"] =
                    json!({ "type": "array", "items": { "type": "array", "items": schema } });
            },
            "### `Scope.nested[][]`\n\n- [ ] `deep`: `number`",
        ),
        (
            |document| {
                let members = schemas(document)["Scope"]["properties"].as_object_mut();
                members.unwrap().remove("attributes").unwrap();
            },
            "- only in the description: `attributes`\n",
        ),
        (
            |document| {
                schemas(document)["Scope"]["properties"]["name"] = json!({ "type": "boolean" })
            },
            "- [ ] `name`: `string` in the description, `boolean` in the other document",
        ),
        (
            |document| {
                schemas(document)["Scope"]["properties"]["attributes"]["items"] =
                    json!({ "type": "string" });
            },
            "- [ ] `attributes`: `array of Pair` in the description, `array of string` in the other document",
        ),
        (
            |document| {
                schemas(document)["Scope"]["properties"]["name"] = json!({ "oneOf": [{ "type": "string" }, { "type": "integer", "format": "int32" }] });
            },
            "- [ ] `name`: `string` in the description, `integer (int32) or string` in the other document",
        ),
        (
            |document| {
                schemas(document)["AccessToken"]["properties"]["clientId"]["format"] =
                    "int32".into();
            },
            "- [ ] `clientId`: `integer (int64)` in the description, `integer (int32)` in the other document",
        ),
        (
            |document| schemas(document)["SubjectType"]["enum"] = json!(["PUBLIC"]),
            "- only in the description: value `PAIRWISE`",
        ),
        (
            |document| schemas(document)["SubjectType"] = json!({ "const": "PUBLIC" }),
            "- only in the description: value `PAIRWISE`",
        ),
        (
            |document| {
                schemas(document)["SubjectType"] = json!({ "oneOf": [{ "const": "PUBLIC" }, { "const": "PAIRWISE" }, { "const": "NEW" }] });
            },
            "- [ ] only in the other document: value `NEW`",
        ),
        (
            |document| schemas(document)["SubjectType"] = json!({ "type": "string" }),
            "- [ ] `subjectType`: `SubjectType` in the description, `string` in the other document",
        ),
        (
            |document| schemas(document)["TokenRequest"]["required"] = json!([]),
            "- [ ] `parameters`: required in the description, optional in the other document",
        ),
        (
            |document| {
                let parameters =
                    &mut document["paths"]["/client/get/{clientId}"]["get"]["parameters"];
                parameters[0]["schema"] = json!({ "type": "array", "items": {} });
            },
            "- [ ] path parameter `clientId`: `string` in the description, `array of any value` in the other document",
        ),
        (
            |document| {
                let get = &mut document["paths"]["/client/get/list"]["get"];
                get["parameters"].as_array_mut().unwrap().clear();
            },
            "- only in the description: query parameter `developer`, query parameter `end`, ",
        ),
        (
            |document| {
                let post = document["paths"]["/auth/token"]["post"]
                    .as_object_mut()
                    .unwrap();
                post.remove("requestBody").unwrap();
            },
            "- only in the description: request\n",
        ),
        (
            |document| {
                let responses = &mut document["paths"]["/auth/token"]["post"]["responses"];
                responses["201"] = responses["200"].take();
            },
            "- [ ] only in the other document: status `201`",
        ),
        (
            |document| document["paths"]["/auth/token"]["post"]["security"] = json!([]),
            "- [ ] credentials: `bearer` in the description, `none` in the other document",
        ),
        (
            |document| {
                let servers = json!([{ "url": "https://us.authlete.com/api/{serviceId}" }, { "url": "https://tokens.example.com/api/{serviceId}" }]);
                document["servers"][0]["url"] = "https://us.authlete.com/api/{serviceId}".into();
                document["paths"]["/auth/token"]["post"]["servers"] = servers;
            },
            "- [ ] server: the default server in the description, `https://tokens.example.com/api/{serviceId}` in the other document",
        ),
        (
            |document| {
                let mut server = document["servers"][0].clone();
                server["url"] = "http://localhost:8080/api/{serviceId}".into();
                document["paths"]["/auth/token"]["servers"] = json!([server]);
            },
            "- [ ] server: the default server in the description, `http://localhost:8080/api/{serviceId}` in the other document",
        ),
        (
            |document| {
                let servers = json!([{ "url": "https://us.authlete.com/api" }]);
                document["paths"]["/service"]["post"]["servers"] = servers;
                document["servers"][0]["url"] = "https://us.authlete.com/api/{serviceId}".into();
            },
            "- [ ] server: `https://login.authlete.com/api` in the description, the default server in the other document",
        ),
        (
            |document| {
                let post = &mut document["paths"]["/auth/token"]["post"];
                post["requestBody"]["required"] = false.into();
            },
            "- [ ] request: required in the description, optional in the other document",
        ),
        (
            |document| {
                let content = &mut document["paths"]["/gm"]["post"]["requestBody"]["content"];
                content["application/x-www-form-urlencoded"] = content["application/json"].clone();
            },
            "- [ ] only in the other document: request media type `application/x-www-form-urlencoded`\n",
        ),
        (
            |document| {
                let response =
                    &mut document["paths"]["/auth/token"]["post"]["responses"]["200"]["content"];
                response["text/plain"] = json!({ "schema": { "type": "string" } });
            },
            "- [ ] only in the other document: response media type `text/plain`: `string`",
        ),
        // Schemas of other media types are listed as well.
        (
            |document| {
                let content =
                    &mut document["paths"]["/auth/token"]["post"]["requestBody"]["content"];
                content["text/xml"] = json!({ "schema": { "type": "object", "properties": { "xml": { "type": "string" } } } });
            },
            "### `token request`\n\n- [ ] `xml`: `string`",
        ),
        (
            |document| {
                schemas(document)["Service"]["properties"]["number"]["readOnly"] = true.into();
            },
            "- [ ] `number`: writable in the description, read-only in the other document",
        ),
        (
            |document| {
                let secret = json!({ "type": "string", "writeOnly": true });
                schemas(document)["Client"]["properties"]["newSecret"] = secret.clone();
                schemas(document)["Client"]["properties"]["clientSecret"] = secret;
            },
            "- [ ] `clientSecret`: readable in the description, write-only in the other document",
        ),
    ];
    let original = bundle("3.0");
    for (change, expected) in changes {
        let mut document = original.clone();
        change(&mut document);
        let (success, output) = drift(&document);
        assert!(!success, "{expected}");
        assert!(output.contains(expected), "{expected}:\n{output}");
    }
}

#[test]
fn required_is_not_compared_for_objects_in_responses() {
    let mut document = bundle("3.0");
    schemas(&mut document)["Pair"]["required"] = json!(["key", "value"]);
    let (success, output) = drift(&document);
    assert!(success, "{output}");
}

#[test]
fn recursive_schemas_and_circular_references_terminate() {
    let mut document = published_as_json();
    let circles = json!({
        "self": { "$ref": "#/components/schemas/self" },
        "one": { "$ref": "#/components/schemas/other" },
        "other": { "$ref": "#/components/schemas/one" },
        "part": { "allOf": [{ "$ref": "#/components/schemas/part" }], "properties": { "part": { "$ref": "#/components/schemas/part" } } },
        "list": { "type": "array", "items": { "$ref": "#/components/schemas/list" } },
        "either": { "oneOf": [{ "$ref": "#/components/schemas/either" }, { "type": "string" }] },
        "sole": { "anyOf": [{ "$ref": "#/components/schemas/sole" }, { "type": "null" }] },
    });
    for (name, schema) in circles.as_object().unwrap() {
        schemas(&mut document)["hsk"]["properties"][name] =
            json!({ "$ref": format!("#/components/schemas/{name}") });
        schemas(&mut document)["hsk"]["properties"]["kid"] = schema.clone();
        schemas(&mut document).insert(name.clone(), schema.clone());
    }
    document["components"]["responses"]["again"] =
        json!({ "$ref": "#/components/responses/again" });
    let create = &mut document["paths"]["/api/{serviceId}/hsk/create"]["post"];
    create["responses"]["200"] = json!({ "$ref": "#/components/responses/again" });
    let (success, output) = drift(&document);
    assert!(!success);
    assert!(
        output.contains("- [ ] only in the other document: `part`: `part`"),
        "{output}"
    );
    assert!(
        output.contains("`hsk_create_api` refers to `#/components/responses/again`, "),
        "{output}"
    );
}

#[test]
fn unresolvable_references_are_reported() {
    for reference in [
        "#/components/schemas/nobody",
        "other.yaml#/key",
        "https://example.com/",
    ] {
        let mut document = published_as_json();
        let nowhere = json!({ "$ref": reference });
        schemas(&mut document)["hsk"]["properties"]["kid"] = nowhere.clone();
        schemas(&mut document)["rotation"]["properties"]["key"] = nowhere.clone();
        document["paths"]["/api/{serviceId}/hsk/get/{keyHandle}"]["get"]["parameters"][2] =
            nowhere.clone();
        document["paths"]["/api/{serviceId}/service/jwks/get"] = nowhere.clone();
        let rotate = &mut document["paths"]["/api/{serviceId}/hsk/rotate"]["post"];
        rotate["responses"]["202"] = nowhere.clone();
        document["paths"]["/api/{serviceId}/hsk/create"]["post"]["requestBody"] = nowhere;
        let (success, output) = drift(&document);
        assert!(!success);
        let report = section(&output, "Not compared");
        for place in [
            "hsk.kid",
            "rotation.key",
            "GET /api/{serviceId}/hsk/get/{keyHandle}",
            "/api/{serviceId}/service/jwks/get",
            "hsk_rotate_api",
            "hsk_create_api",
        ] {
            let line = format!("- [ ] `{place}` refers to `{reference}`, ");
            assert!(report.contains(&line), "{line}\n{report}");
        }
    }
}

#[test]
fn reference_may_be_percent_encoded() {
    let mut document = bundle("3.0");
    // A schema name with all characters that a JSON pointer or a URI escapes.
    let name = "a/b~c d{e}%";
    let schema = std::mem::take(&mut schemas(&mut document)["TokenRequest"]);
    schemas(&mut document).insert(name.to_owned(), schema);
    rewrite(&mut document, &|members| {
        if let Some(Value::String(reference)) = members.get_mut("$ref")
            && reference == "#/components/schemas/TokenRequest"
        {
            *reference = "#/components/schemas/a~1b~0c%20d%7Be%7d%25".to_owned();
        }
    });
    let (success, output) = drift(&document);
    assert!(success, "{output}");

    schemas(&mut document)[name]["properties"]["extra"] = json!({ "type": "boolean" });
    let (_, output) = drift(&document);
    assert_eq!(
        section(&output, "Schemas that differ"),
        "## Schemas that differ\n\n### `TokenRequest`, in the other document `a/b~c d{e}%`\n\nIn `token request`.\n\n\
         - [ ] only in the other document: `extra`: `boolean`"
    );
    // Invalid UTF-8 does not resolve.
    document["paths"]["/auth/token"]["post"]["requestBody"] =
        json!({ "$ref": "#/components/schemas/%FF" });
    let (_, output) = drift(&document);
    let expected = "`token` refers to `#/components/schemas/%FF`, which cannot be resolved";
    assert!(output.contains(expected), "{output}");
}

#[test]
fn schema_referenced_inside_a_path_is_reported_once() {
    let mut document = published_as_json();
    let paths = document["paths"].as_object_mut().unwrap();
    // An inline, recursive schema, to which the other endpoint refers.
    let path =
        "#/paths/~1api~1%7BserviceId%7D~1hsk~1create/post/responses/200/content/application~1json";
    let policy = format!("{path}/schema/properties/policy");
    let response = json!({ "description": "A key.", "content": { "application/json": { "schema": {
        "type": "object",
        "properties": {
            "later": { "type": "string" },
            "policy": { "type": "object", "properties": { "parent": { "$ref": policy } } },
        },
    } } } });
    paths["/api/{serviceId}/hsk/create"]["post"]["responses"]["200"] = response;
    paths["/api/{serviceId}/hsk/get/{keyHandle}"]["get"]["responses"]["200"] = json!({
        "description": "A key.",
        "content": { "application/json": { "schema": { "$ref": format!("{path}/schema") } } },
    });
    let (_, output) = drift(&document);
    assert!(!output.contains("## Not compared"), "{output}");
    assert!(!output.contains("#/paths"), "{output}");
    let line = "- [ ] only in the other document: `later`: `string`\n";
    assert_eq!(output.matches(line).count(), 1, "{output}");
    let places = "\nIn `hsk_create response`, `hsk_get response`.\n";
    assert!(output.contains(places), "{output}");
    let parent = "- [ ] `parent`: `object`\n";
    assert_eq!(output.matches(parent).count(), 1, "{output}");
}

fn endpoints(document: &Value) -> usize {
    let items = document["paths"].as_object().unwrap().values();
    items.map(|item| item.as_object().unwrap().len()).sum()
}

#[test]
fn difference_in_most_endpoints_is_reported_once() {
    let mut document = bundle("3.0");
    let exception = "/auth/token";
    let paths = document["paths"].as_object_mut().unwrap();
    for (_, item) in paths.iter_mut().filter(|(path, _)| *path != exception) {
        for operation in item.as_object_mut().unwrap().values_mut() {
            operation["responses"]["202"] = json!({ "description": "Later." });
        }
    }
    let few = ["/auth/token", "/auth/token/fail", "/auth/token/issue"];
    for path in few {
        paths[path]["post"]["responses"]["203"] = json!({ "description": "Elsewhere." });
    }
    let (_, output) = drift(&document);
    let report = section(&output, "Endpoints that differ");
    let all = endpoints(&document);
    let most = format!(
        "### In many\n\n- [ ] only in the other document: status `202`\n  - in {} of {all} endpoints, not in `token`\n",
        all - 1
    );
    assert!(report.contains(&most), "{report}");
    assert_eq!(report.matches("status `202`").count(), 1, "{report}");
    assert_eq!(report.matches("status `203`").count(), 3, "{report}");

    // Five endpoints are many but not most, so they are listed.
    let mut document = bundle("3.0");
    let paths = document["paths"].as_object_mut().unwrap();
    let many = paths
        .iter_mut()
        .filter(|(path, _)| path.starts_with("/auth/token"));
    for operation in many.flat_map(|(_, item)| item.as_object_mut().unwrap().values_mut()) {
        operation["deprecated"] = true.into();
    }
    let (_, output) = drift(&document);
    let many = "- [ ] the endpoint: in use in the description, deprecated in the other document\n  - `get_token_list`: `GET ";
    assert!(output.contains(many), "{output}");
}

#[test]
fn duplicate_endpoint_is_reported() {
    let mut document = published_as_json();
    let get = document["paths"]["/api/{serviceId}/hsk/get/{keyHandle}"].clone();
    document["paths"]["/api/{serviceId}/hsk/get/{id}"] = get;
    let (success, output) = drift(&document);
    assert!(!success);
    assert_eq!(
        section(&output, "Not compared"),
        "## Not compared\n\n- [ ] `GET /api/{serviceId}/hsk/get/{keyHandle}` is the same endpoint as \
         `GET /api/{serviceId}/hsk/get/{id}`"
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    for (text, reason) in [
        ("{ \"openapi\": \"3.0.3\", ", "is not JSON"),
        ("openapi: [", "is not YAML"),
        ("", "is not an OpenAPI document"),
        ("just words", "is not an OpenAPI document"),
        ("- openapi: 3.0.3", "is not an OpenAPI document"),
        ("info: {}", "`openapi` is missing"),
        ("openapi: 2.9", "`openapi` is missing"),
        ("openapi: 4.0.0\npaths: {}", "is OpenAPI 4.0.0, not 3.x"),
        (
            "swagger: \"2.0\"\npaths: {}",
            "is Swagger 2.0, not OpenAPI 3.x",
        ),
        ("openapi: 3.1.0", "has no `paths`"),
    ] {
        let (_directory, path) = file(text);
        let path = path.to_str().unwrap();
        let (success, output) = xtask(&["drift", path]);
        assert!(!success, "{text}");
        assert!(
            output.contains(path) && output.contains(reason),
            "{text}: {output}"
        );
    }
    let (success, output) = xtask(&["drift", "no/such/file"]);
    assert!(!success);
    assert!(output.contains("no/such/file"), "{output}");
}

/// With an unexpected value anywhere in a document, the task reports what it can, and ends.
#[test]
fn malformed_documents_are_compared_as_far_as_possible() {
    let odd = [
        json!(null),
        json!(true),
        json!(7),
        json!("x"),
        json!([]),
        json!({}),
        json!([[{}]]),
    ];
    let pointers = [
        "/info",
        "/servers",
        "/servers/0/url",
        "/security",
        "/security/0",
        "/paths/~1api~1{serviceId}~1hsk~1create",
        "/paths/~1api~1{serviceId}~1hsk~1create/parameters",
        "/paths/~1api~1{serviceId}~1hsk~1create/parameters/0",
        "/paths/~1api~1{serviceId}~1hsk~1create/post",
        "/paths/~1api~1{serviceId}~1hsk~1create/post/requestBody",
        "/paths/~1api~1{serviceId}~1hsk~1create/post/responses",
        "/components",
        "/components/securitySchemes/bearer",
        "/components/responses/key/content",
        "/components/schemas/hsk_response",
        "/components/schemas/hsk_response/allOf",
        "/components/schemas/hsk/properties",
        "/components/schemas/hsk/properties/kid/type",
        "/components/schemas/hsk/properties/versions/items",
        "/components/schemas/key_policy/required",
        "/components/schemas/rotation_mode/enum",
    ];
    for (pointer, odd) in pointers.iter().zip(odd.iter().cycle()) {
        let mut document = published_as_json();
        let part = document.pointer_mut(pointer);
        *part.unwrap_or_else(|| panic!("{pointer}")) = odd.clone();
        let (_, output) = drift(&document);
        assert!(
            output.starts_with("# Drift from "),
            "{pointer} {odd}: {output}"
        );
    }
}

#[test]
fn since_omits_differences_of_an_earlier_document() {
    let (_directory, earlier) = file(&published());
    let since = ["--since", earlier.to_str().unwrap()];
    let (success, output) = drift_from_text(&published(), &since);
    assert!(success, "{output}");
    assert!(output.contains(NOTHING), "{output}");

    let mut document = published_as_json();
    schemas(&mut document)["hsk"]["properties"]["expiresAt"] =
        json!({ "type": "integer", "format": "int64" });
    let (success, output) = drift_from_text(&document.to_string(), &since);
    assert!(!success);
    assert!(output.contains("; 1 difference."), "{output}");
    assert_eq!(
        section(&output, "Schemas that differ"),
        "## Schemas that differ\n\n### `Hsk`, in the other document `hsk`\n\nIn `HskResponse.hsk`.\n\n\
         - [ ] only in the other document: `expiresAt`: `integer (int64)`"
    );
}
