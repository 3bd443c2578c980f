// The flows of `oauth4webapi`. ISSUER is the issuer URL of the server, and SERVER its name in server.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.js";
import { REDIRECT_URI } from "./keys.js";
import { subject } from "./server.js";
import { fetchWithWrongSignature, refusesSignature } from "./signatures.js";

const issuer = new URL(process.env.ISSUER);
const SECRET = "client-secret-with-at-least-32-characters";
const insecure = { [oauth.allowInsecureRequests]: true };
const forged = { ...insecure, [oauth.customFetch]: fetchWithWrongSignature };
const client = { client_id: "web", id_token_signed_response_alg: "ES256" };
const authentication = oauth.ClientSecretBasic(SECRET);
/** A client that gets UserInfo as a JWT. */
const post = { ...client, client_id: "post", userinfo_signed_response_alg: "ES256" };
const api = { client_id: "api", introspection_signed_response_alg: "ES256" };
/** How `api` knows itself in a signed response: `aud` is the URI of the resource server. */
const resource = { ...api, client_id: "https://api.example.com" };
const apiAuthentication = oauth.ClientSecretBasic("api-secret");

async function discover(algorithm) {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Verifies the signature of a processed response: the library does so only for what comes through the browser. */
async function verify(server, response) {
  await oauth.validateApplicationLevelSignature(server, response, insecure);
}

/** Gets tokens with the code flow, and verifies the ID token. */
async function tokens(server, scope, { by = client, authenticated = authentication, options = insecure } = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: by.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope,
    state: "state",
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const answer = await new Browser(process.env.ISSUER).authorize(url);
  const parameters = oauth.validateAuthResponse(server, by, answer, "state");
  const response = await oauth.authorizationCodeGrantRequest(
    server, by, authenticated, parameters, REDIRECT_URI, verifier, options,
  );
  const checks = { expectedNonce: nonce, requireIdToken: true };
  const issued = await oauth.processAuthorizationCodeResponse(server, by, response, checks);
  await verify(server, response);
  return issued;
}

/** The claims of UserInfo as a JWT, after its signature was verified. */
async function signedUserInfo(server, { access_token: token }, options = insecure) {
  const response = await oauth.userInfoRequest(server, post, token, options);
  const claims = await oauth.processUserInfoResponse(server, post, subject("alice"), response);
  await verify(server, response);
  return claims;
}

/** The claims of an introspection response as a JWT, after its signature was verified. */
async function signedIntrospection(server, { access_token: token }, options = insecure) {
  const more = { requestJwtResponse: true, ...options };
  const response = await oauth.introspectionRequest(server, api, apiAuthentication, token, more);
  assert.match(response.headers.get("content-type"), /jwt/);
  const info = await oauth.processIntrospectionResponse(server, resource, response);
  await verify(server, response);
  return info;
}

test("discovery at both paths is the same document", async () => {
  const [openid, oauth2] = [await discover("oidc"), await discover("oauth2")];
  assert.deepEqual(openid, oauth2);
  assert.equal(openid.authorization_response_iss_parameter_supported, true);
});

test("ID token of the code flow has a valid signature, and UserInfo has the claims", async () => {
  const server = await discover("oidc");
  const issued = await tokens(server, "openid email");
  const { sub } = oauth.getValidatedIdTokenClaims(issued);
  assert.equal(sub, subject("alice"));
  const response = await oauth.userInfoRequest(server, client, issued.access_token, insecure);
  const claims = await oauth.processUserInfoResponse(server, client, sub, response);
  assert.equal(claims.email, "alice@example.com");
});

test("ID token with a wrong signature is refused by the client", async () => {
  const server = await discover("oidc");
  await refusesSignature(tokens(server, "openid", { options: forged }));
});

test("UserInfo as a JWT has a valid signature, and with a wrong one the client refuses it", async () => {
  const server = await discover("oidc");
  const issued = await tokens(server, "openid email", { by: post, authenticated: oauth.ClientSecretPost(SECRET) });
  assert.equal((await signedUserInfo(server, issued)).email, "alice@example.com");
  await refusesSignature(signedUserInfo(server, issued, forged));
});

test("introspection as JSON has the subject, and with a wrong secret it is refused", async () => {
  const server = await discover("oidc");
  const { access_token: token } = await tokens(server, "openid");
  const plain = { requestJwtResponse: false, ...insecure };
  const response = await oauth.introspectionRequest(server, api, apiAuthentication, token, plain);
  assert.doesNotMatch(response.headers.get("content-type"), /jwt/);
  const info = await oauth.processIntrospectionResponse(server, api, response);
  assert.equal(info.sub, subject("alice"));
  const refused = await oauth.introspectionRequest(server, api, oauth.ClientSecretBasic("wrong"), token, plain);
  assert.equal(refused.status, 401);
});

test("introspection as a JWT has a valid signature, and with a wrong one the client refuses it", async () => {
  const server = await discover("oidc");
  const issued = await tokens(server, "openid");
  assert.equal((await signedIntrospection(server, issued)).active, true);
  await refusesSignature(signedIntrospection(server, issued, forged));
});

test("revoked token is inactive", async () => {
  const server = await discover("oidc");
  const { access_token: token } = await tokens(server, "openid");
  const revoked = await oauth.revocationRequest(server, client, authentication, token, insecure);
  await oauth.processRevocationResponse(revoked);
  const response = await oauth.userInfoRequest(server, client, token, insecure);
  await assert.rejects(oauth.processUserInfoResponse(server, client, subject("alice"), response), oauth.WWWAuthenticateChallengeError);
});
