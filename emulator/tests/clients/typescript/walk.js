// Calls each method of the npm package `@authlete/typescript-sdk` against an emulator.
//
// Usage: node walk.js FILE
//
// FILE is the output of the emulator with `--output json`. It is an error if a method is not called. The package checks
// each response against its own schemas.

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { Authlete } from "@authlete/typescript-sdk";

const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT_URI = "https://client.example/callback";
const CREDENTIAL = { format: "vc+sd-jwt", vct: "https://issuer.example/identity" };

const description = JSON.parse(readFileSync(process.argv[2], "utf8"));
const seed = JSON.parse(readFileSync(new URL("../seed.json", import.meta.url), "utf8"));
const environment = description.environment["3.0"];
const serviceId = environment.AUTHLETE_SERVICE_APIKEY;
const [client] = description.clients;
const clientId = String(client.clientId);
const credentials = { clientId, clientSecret: client.clientSecret };

const connect = (bearer) => new Authlete({ serverURL: environment.AUTHLETE_BASE_URL, bearer });
const ofService = connect(environment.AUTHLETE_SERVICE_ACCESSTOKEN);
const ofOrganization = connect(environment.AUTHLETE_SERVICEOWNER_ACCESSTOKEN);

const called = new Set();

/** Calls a method by its path, such as `token.management.create`, with the service ID and the parameters. */
async function call(path, parameters = {}) {
  called.add(path);
  const names = path.split(".");
  const method = names.pop();
  const api = names.reduce((api, name) => api[name], ofService);
  try {
    return await api[method]({ serviceId, ...parameters });
  } catch (error) {
    // The cause of the error has the details of an invalid response.
    throw new Error(`${path}: ${error.message}: ${error.cause ?? error.body}`, { cause: error });
  }
}

/** Calls a method, and checks the action of its response. */
async function expect(action, path, parameters) {
  const answer = await call(path, parameters);
  assert.equal(answer.action, action, `${path}: ${answer.resultMessage}`);
  return answer;
}

/** Calls a method whose valid response the package cannot read, and returns the response. */
async function fails(path, parameters) {
  const error = await call(path, parameters).then(
    () => assert.fail(`${path} works now: check its response`),
    ({ cause }) => cause,
  );
  assert.equal(error.statusCode, 200, error);
  return JSON.parse(error.body);
}

/** The paths of all methods. */
function* methods(api, path = "") {
  const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(api));
  for (const [name, { get, value }] of Object.entries(members)) {
    if (get) {
      yield* methods(api[name], `${path}${name}.`);
    } else if (name !== "constructor" && typeof value === "function") {
      yield path + name;
    }
  }
}

const form = (parameters) => new URLSearchParams(parameters).toString();

const query = (scope, more = {}) =>
  form({
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    scope,
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    ...more,
  });

async function ticket(scope, more) {
  const authorizationRequest = { parameters: query(scope, more) };
  return (await expect("INTERACTION", "authorization.processRequest", { authorizationRequest })).ticket;
}

const token = (action, parameters) =>
  expect(action, "token.process", { tokenRequest: { parameters: form(parameters), ...credentials } });

/** The token request of an authorization code flow. */
async function codeRequest(scope, more = {}, issue = {}) {
  const authorizationIssueRequest = { ticket: await ticket(scope, more), subject: "alice", ...issue };
  const issued = await expect("LOCATION", "authorization.issue", { authorizationIssueRequest });
  const code = new URL(issued.responseContent).searchParams.get("code");
  assert.equal(code, issued.authorizationCode);
  return {
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
  };
}

const tokens = async (scope, more) => token("OK", await codeRequest(scope, more));

async function services() {
  called.add("service.create").add("service.list").add("service.delete");
  const made = await ofOrganization.service.create({ serviceName: "Made", issuer: "https://made.example" });
  assert.equal(made.serviceName, "Made");
  assert.equal((await ofOrganization.service.list({ start: 0, end: 10 })).totalCount, 2);
  await ofOrganization.service.delete({ serviceId: String(made.apiKey) });
  assert.equal((await ofOrganization.service.list({})).totalCount, 1);

  const { number, apiKey, createdAt, modifiedAt, ...service } = await call("service.get");
  assert.equal(String(apiKey), serviceId);
  service.description = "changed";
  const updated = await call("service.update", { service });
  assert.equal(updated.description, "changed");
  const names = (service) => service.supportedScopes.map((scope) => scope.name);
  assert.deepEqual(names(updated), names(service));

  // The package returns no members of these responses.
  await call("service.getConfiguration", { pretty: true });
  await call("jwkSetEndpoint.serviceJwksGetApi", { includePrivateKeys: true, pretty: true });
}

async function clients() {
  const wanted = {
    clientName: "Made",
    clientType: "CONFIDENTIAL",
    grantTypes: ["CLIENT_CREDENTIALS"],
    redirectUris: ["https://made.example/"],
  };
  const made = await call("client.create", { client: wanted });
  const id = String(made.clientId);
  const updated = await call("client.update", { clientId: id, client: { ...wanted, clientName: "Changed" } });
  assert.equal(updated.clientName, "Changed");
  assert.equal((await call("client.get", { clientId: id })).clientName, "Changed");
  assert.equal((await call("client.list", { start: 0, end: 1 })).totalCount, 2);

  const refreshed = await call("client.management.refreshSecret", { clientIdentifier: id });
  assert.equal(refreshed.oldClientSecret, made.clientSecret);
  const secret = "x".repeat(43);
  const replaced = await call("client.management.updateSecret", {
    clientIdentifier: id,
    clientSecretUpdateRequest: { clientSecret: secret },
  });
  assert.equal(replaced.newClientSecret, secret);

  const scopes = await call("client.management.updateRequestableScopes", {
    clientId: id,
    clientExtensionRequestableScopesUpdateRequest: { requestableScopes: ["read"] },
  });
  assert.deepEqual(scopes.requestableScopes, ["read"]);
  assert.deepEqual(
    (await call("client.management.getRequestableScopes", { clientId: id })).requestableScopes,
    ["read"],
  );
  await call("client.management.deleteRequestableScopes", { clientId: id });

  for (const clientLocked of [true, false]) {
    await call("client.management.updateLockFlag", {
      clientIdentifier: id,
      clientFlagUpdateRequest: { clientLocked },
    });
    assert.equal((await call("client.get", { clientId: id })).locked, clientLocked);
  }
  await call("client.delete", { clientId: id });
  await assert.rejects(call("client.get", { clientId: id }), ({ cause }) => cause.statusCode === 404);
}

async function authorization() {
  const authorizationFailRequest = { ticket: await ticket("read"), reason: "DENIED" };
  const failed = await expect("LOCATION", "authorization.fail", { authorizationFailRequest });
  assert.match(failed.responseContent, /error=access_denied/);

  const kept = await ticket("read");
  const authorizationTicketInfoRequest = { ticket: kept };
  await expect("OK", "authorization.management.getTicketInfo", { authorizationTicketInfoRequest });
  // The package declares `info` as a string in the request and in the response, where it is an object.
  const updated = await fails("authorization.management.updateTicket", {
    authorizationTicketUpdateRequest: { ticket: kept, info: JSON.stringify({ context: "kept" }) },
  });
  assert.equal(updated.action, "OK");
  const info = await call("authorization.management.getTicketInfo", { authorizationTicketInfoRequest });
  assert.equal(info.info.context, "kept");

  const pushed = await expect("CREATED", "pushedAuthorization.create", {
    pushedAuthorizationRequest: { parameters: query("read"), ...credentials },
  });
  const parameters = form({ client_id: clientId, request_uri: pushed.requestUri });
  await expect("INTERACTION", "authorization.processRequest", { authorizationRequest: { parameters } });
}

async function tokenLifecycle() {
  const issued = await tokens("openid email read", { nonce: "n-1" });
  const introspect = (action, introspectionRequest) =>
    expect(action, "introspection.process", { introspectionRequest });
  const granted = await introspect("OK", { token: issued.accessToken, scopes: ["read"] });
  assert.equal(granted.subject, "alice");
  await introspect("FORBIDDEN", { token: issued.accessToken, scopes: ["write"] });
  const standard = await expect("OK", "introspection.standardProcess", {
    standardIntrospectionRequest: { parameters: form({ token: issued.accessToken }) },
  });
  assert.equal(JSON.parse(standard.responseContent).active, true);

  const userinfoRequest = { token: issued.accessToken };
  assert.equal((await expect("OK", "userinfo.process", { userinfoRequest })).subject, "alice");
  const userinfo = await expect("JSON", "userinfo.issue", {
    userinfoIssueRequest: { token: issued.accessToken, claims: '{"email":"alice@as.example"}' },
  });
  assert.equal(JSON.parse(userinfo.responseContent).email, "alice@as.example");

  // ID tokens are signed with the key of the service.
  const joseVerifyRequest = { jose: issued.idToken, mandatoryClaims: ["iss"] };
  assert.equal((await call("joseObject.joseVerifyApi", { joseVerifyRequest })).valid, true);

  // The package does not know the action of this response, ID_TOKEN_REISSUABLE.
  const parameters = form({ grant_type: "refresh_token", refresh_token: issued.refreshToken });
  const { action, accessToken, refreshToken } = await fails("token.process", {
    tokenRequest: { parameters, ...credentials },
  });
  assert.equal(action, "ID_TOKEN_REISSUABLE");
  const idtokenReissueRequest = { accessToken, refreshToken, sub: "alice" };
  await expect("OK", "token.management.reissueIdToken", { idtokenReissueRequest });

  const revocationRequest = { parameters: form({ token: accessToken }), ...credentials };
  await expect("OK", "revocation.process", { revocationRequest });
  await introspect("UNAUTHORIZED", { token: accessToken });
}

async function passwords() {
  const logIn = { grant_type: "password", username: "alice", password: "wonderland" };
  const asked = await token("PASSWORD", logIn);
  assert.equal(asked.username, "alice");
  await expect("OK", "token.issue", { tokenIssueRequest: { ticket: asked.ticket, subject: "alice" } });
  const reason = "INVALID_RESOURCE_OWNER_CREDENTIALS";
  const tokenFailRequest = { ticket: (await token("PASSWORD", logIn)).ticket, reason };
  await expect("BAD_REQUEST", "token.fail", { tokenFailRequest });
}

async function tokenManagement() {
  const create = (tokenCreateRequest) => expect("OK", "token.management.create", { tokenCreateRequest });
  const made = await create({
    grantType: "AUTHORIZATION_CODE",
    clientId: Number(clientId),
    subject: "bob",
    scopes: ["read"],
    properties: [{ key: "shop", value: "7" }],
  });
  const list = () => call("token.management.list", { clientIdentifier: clientId, subject: "bob" });
  assert.equal((await list()).totalCount, 1);
  const tokenUpdateRequest = { accessToken: made.accessToken, scopes: ["read", "write"] };
  const updated = await expect("OK", "token.management.update", { tokenUpdateRequest });
  assert.deepEqual(updated.scopes, ["read", "write"]);
  await call("token.management.delete", { accessTokenIdentifier: made.accessToken });
  assert.equal((await list()).totalCount, 0);

  const other = await create({ grantType: "CLIENT_CREDENTIALS", clientId: Number(clientId) });
  const tokenRevokeRequest = { accessTokenIdentifier: other.accessToken };
  assert.equal((await call("token.management.revoke", { tokenRevokeRequest })).count, 1);
}

/** The authorizations of a user for a client. */
async function users() {
  await tokens("read write");
  const subject = "alice";
  const ofUser = { clientId, subjectPathParameter: subject, subjectQueryParameter: subject };
  const granted = await call("client.management.getGrantedScopes", ofUser);
  assert.ok(granted.latestGrantedScopes.includes("read"));
  const list = async () => (await call("client.management.listAuthorizations", ofUser)).totalCount;
  assert.equal(await list(), 1);
  const clientAuthorizationUpdateRequest = { subject, scopes: ["read"] };
  await call("client.management.updateAuthorizations", { clientId, clientAuthorizationUpdateRequest });
  await call("client.management.deleteGrantedScopes", ofUser);
  await call("client.management.deleteAuthorizations", ofUser);
  assert.equal(await list(), 0);
}

async function grants() {
  const scopes = "read grant_management_query grant_management_revoke";
  const { accessToken, grantId } = await tokens(scopes, { grant_management_action: "create" });
  for (const [gmAction, action] of [["QUERY", "OK"], ["REVOKE", "NO_CONTENT"]]) {
    await expect(action, "grantManagement.processRequest", { gMRequest: { accessToken, gmAction, grantId } });
  }
}

async function deviceFlow() {
  const deviceAuthorizationRequest = { parameters: "scope=read", ...credentials };
  const begun = await expect("OK", "deviceFlow.authorization", { deviceAuthorizationRequest });
  const { userCode, deviceCode } = begun;
  const verified = await expect("VALID", "deviceFlow.verification", { deviceVerificationRequest: { userCode } });
  assert.equal(String(verified.clientId), clientId);
  const deviceCompleteRequest = { userCode, result: "AUTHORIZED", subject: "alice" };
  await expect("SUCCESS", "deviceFlow.complete", { deviceCompleteRequest });
  const grantType = "urn:ietf:params:oauth:grant-type:device_code";
  await token("OK", { grant_type: grantType, device_code: deviceCode });
}

async function backchannel() {
  const begin = async () => {
    const parameters = form({ scope: "openid", login_hint: "alice" });
    const backchannelAuthenticationRequest = { parameters, ...credentials };
    const path = "ciba.processAuthentication";
    return (await expect("USER_IDENTIFICATION", path, { backchannelAuthenticationRequest })).ticket;
  };
  const backchannelAuthenticationFailRequest = { ticket: await begin(), reason: "UNKNOWN_USER_ID" };
  await expect("BAD_REQUEST", "ciba.fail", { backchannelAuthenticationFailRequest });

  const ticket = await begin();
  const issued = await expect("OK", "ciba.issue", { backchannelAuthenticationIssueRequest: { ticket } });
  await expect("NO_ACTION", "ciba.complete", {
    backchannelAuthenticationCompleteRequest: { ticket, result: "AUTHORIZED", subject: "alice" },
  });
  await token("OK", { grant_type: "urn:openid:params:grant-type:ciba", auth_req_id: issued.authReqId });
}

async function registration() {
  const metadata = { redirect_uris: ["https://dynamic.example/"], client_name: "Dynamic" };
  const request = (action, method, requestBody) =>
    expect(action, `dynamicClientRegistration.${method}`, { requestBody });
  const registered = await request("CREATED", "register", { json: JSON.stringify(metadata) });
  const made = JSON.parse(registered.responseContent);
  const own = { clientId: made.client_id, token: made.registration_access_token };
  await request("OK", "get", own);
  const json = JSON.stringify({ ...metadata, client_id: made.client_id, client_name: "Renamed" });
  const updated = await request("UPDATED", "update", { ...own, json });
  assert.equal(updated.client.clientName, "Renamed");
  await request("DELETED", "delete", own);
}

async function hardwareKeys() {
  const hskCreateRequest = { kty: "EC", use: "sig", alg: "ES256", kid: "hsk" };
  const made = await expect("SUCCESS", "hardwareSecurityKeys.create", { hskCreateRequest });
  const { handle } = made.hsk;
  assert.equal((await expect("SUCCESS", "hardwareSecurityKeys.get", { handle })).hsk.kid, "hsk");
  const list = await expect("SUCCESS", "hardwareSecurityKeys.list");
  assert.deepEqual(list.hsks.map((key) => key.handle), [handle]);
  // The package expects a 204 that has a body.
  await fails("hardwareSecurityKeys.delete", { handle });
  assert.deepEqual((await expect("SUCCESS", "hardwareSecurityKeys.list")).hsks ?? [], []);
}

/** A JWT with an ES256 signature. */
function jwt(header, claims, key) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${encode({ alg: "ES256", ...header })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

async function federation() {
  const configuration = await expect("OK", "federation.configuration", { requestBody: {} });
  const claims = configuration.responseContent.split(".")[1];
  assert.equal(JSON.parse(Buffer.from(claims, "base64url")).sub, "https://as.example");

  // The trust anchor has the key of the seed, and the relying party a new one.
  const [seeded] = seed.services[0].jwks.keys;
  const anchor = { id: "https://anchor.example", kid: "anchor" };
  anchor.key = createPrivateKey({ key: seeded, format: "jwk" });
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwks = { keys: [{ ...pair.publicKey.export({ format: "jwk" }), kid: "rp" }] };
  const party = { id: "https://rp.example", kid: "rp", key: pair.privateKey };
  const now = Math.floor(Date.now() / 1000);
  const statement = (issuer, more) =>
    jwt(
      { typ: "entity-statement+jwt", kid: issuer.kid },
      { iss: issuer.id, sub: party.id, iat: now, exp: now + 3600, jwks, ...more },
      issuer.key,
    );
  const metadata = {
    openid_relying_party: {
      redirect_uris: ["https://rp.example/callback"],
      client_registration_types: ["explicit"],
      token_endpoint_auth_method: "private_key_jwt",
      jwks,
    },
  };
  const own = statement(party, { aud: "https://as.example", authority_hints: [anchor.id], metadata });
  const trustChain = JSON.stringify([own, statement(anchor)]);
  const registered = await expect("OK", "federation.registration", {
    federationRegistrationRequest: { trustChain },
  });
  assert.equal(registered.client.entityId, party.id);
}

async function userCredentials() {
  const document = (method, name) => expect("OK", `verifiableCredentials.${method}`, { [name]: { pretty: true } });
  await document("getMetadata", "vciMetadataRequest");
  await document("getJwtIssuer", "vciJwtissuerRequest");
  await document("getJwks", "vciJwksRequest");

  const created = await expect("CREATED", "verifiableCredentials.createOffer", {
    vciOfferCreateRequest: {
      credentialConfigurationIds: ["identity"],
      preAuthorizedCodeGrantIncluded: true,
      subject: "alice",
    },
  });
  const { identifier, preAuthorizedCode } = created.info;
  await expect("OK", "verifiableCredentials.getOfferInfo", { vciOfferInfoRequest: { identifier } });
  const { accessToken } = await token("OK", {
    grant_type: "urn:ietf:params:oauth:grant-type:pre-authorized_code",
    "pre-authorized_code": preAuthorizedCode,
  });

  const parse = (path, name, content) =>
    expect("OK", `verifiableCredentials.${path}`, {
      [name]: { accessToken, requestContent: JSON.stringify(content) },
    });
  const credentialPayload = JSON.stringify({ vct: CREDENTIAL.vct, sub: "alice" });
  const order = ({ identifier }, more) => ({ requestIdentifier: identifier, credentialPayload, ...more });

  const single = await parse("parse", "vciSingleParseRequest", CREDENTIAL);
  const issued = await expect("OK", "verifiableCredentials.issue", {
    vciSingleIssueRequest: { accessToken, order: order(single.info) },
  });
  assert.ok(JSON.parse(issued.responseContent).credential);

  const batch = await parse("batchParse", "vciBatchParseRequest", {
    credential_requests: [CREDENTIAL, CREDENTIAL],
  });
  const [ready, later] = batch.info;
  const answered = await expect("OK", "verifiableCredentials.batchIssue", {
    vciBatchIssueRequest: { accessToken, orders: [order(ready), order(later, { issuanceDeferred: true })] },
  });
  const [, { transaction_id }] = JSON.parse(answered.responseContent).credential_responses;

  const deferred = await parse("deferredParse", "vciDeferredParseRequest", { transaction_id });
  await expect("OK", "verifiableCredentials.deferredIssue", {
    vciDeferredIssueRequest: { order: order(deferred.info) },
  });
}

async function nativeSso() {
  // The package does not know the action of this response, NATIVE_SSO.
  const request = await codeRequest("openid device_sso", {}, { sessionId: "session-1" });
  const { action, accessToken, refreshToken } = await fails("token.process", {
    tokenRequest: { parameters: form(request), ...credentials },
  });
  assert.equal(action, "NATIVE_SSO");
  await expect("OK", "nativeSso.process", {
    nativeSsoRequest: { accessToken, refreshToken, deviceSecret: "device-secret-1" },
  });
  await expect("OK", "nativeSso.logout", { nativeSsoLogoutRequest: { sessionId: "session-1" } });
}

await services();
await clients();
await authorization();
await tokenLifecycle();
await passwords();
await tokenManagement();
await users();
await grants();
await deviceFlow();
await backchannel();
await registration();
await hardwareKeys();
await federation();
await userCredentials();
await nativeSso();

const all = [...methods(ofService)];
const uncalled = all.filter((path) => !called.has(path));
assert.deepEqual(uncalled, [], "methods that are not called");
assert.equal(called.size, all.length, "calls of unknown methods");
console.log(`@authlete/typescript-sdk, V3: ${all.length} methods called`);
