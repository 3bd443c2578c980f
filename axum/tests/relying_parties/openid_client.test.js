// The flows of `openid-client` 6. ISSUER is the issuer URL of the server, and SERVER its name in server.js.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createRemoteJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import * as oidc from "openid-client";
import { Browser } from "./browser.js";
import { CERTIFICATE, PRIVATE_JWK, PUBLIC_JWK, REDIRECT_URI } from "./keys.js";
import { ACRS, needs, server, subject } from "./server.js";
import { fetchWithWrongSignature, refusesSignature, withWrongSignature } from "./signatures.js";

const issuer = process.env.ISSUER;
const SECRET = "client-secret-with-at-least-32-characters";
const insecure = { execute: [oidc.allowInsecureRequests] };
const key = await importJWK(PRIVATE_JWK, "ES256");
const signingKey = { key, kid: PRIVATE_JWK.kid };

/** A client that is configured by discovery, and that verifies the signatures of all responses. */
async function connect(alias, authentication = oidc.ClientSecretBasic(SECRET), metadata = {}) {
  const signed = { id_token_signed_response_alg: "ES256", ...metadata };
  const config = await oidc.discovery(new URL(issuer), alias, signed, authentication, insecure);
  // Without it, the library verifies only what comes through the browser.
  oidc.enableNonRepudiationChecks(config);
  return config;
}

/** The parameters of an authorization request, and the checks for its response. */
async function request(more = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: REDIRECT_URI,
    scope: "openid profile email",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    ...more,
  };
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: parameters.state,
    expectedNonce: parameters.nonce,
    idTokenExpected: true,
  };
  if (more.max_age !== undefined) checks.maxAge = Number(more.max_age);
  return { parameters, checks };
}

/** Gets tokens with the code flow. */
async function tokens(config, more = {}, { options, dpop, browser = new Browser(issuer) } = {}) {
  const { parameters, checks } = await request(more);
  const answer = await browser.authorize(oidc.buildAuthorizationUrl(config, parameters), options);
  return oidc.authorizationCodeGrant(config, answer, checks, undefined, { DPoP: dpop });
}

/** Waits up to 5 seconds for a condition. */
async function until(condition) {
  for (let attempts = 0; attempts < 100 && !(await condition()); attempts += 1) await setTimeout(50);
}

/** Opens the page with the pending backchannel request that has this binding message. */
async function openRequest(browser, message) {
  await until(async () => (await browser.open(`${issuer}${server.phone}`)).page.includes(message));
}

/** The error of an authorization response. */
async function refusal(config, more, browser = new Browser(issuer)) {
  const { parameters, checks } = await request(more);
  const { url } = await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  const error = await oidc.authorizationCodeGrant(config, url, checks).then(
    () => assert.fail("the request was not refused"),
    (error) => error,
  );
  return error.error;
}

test("code flow with PKCE gives tokens that get claims, are refreshed and are revoked", async () => {
  const config = await connect("web");
  const issued = await tokens(config, { scope: "openid profile email offline_access", prompt: "consent" });
  assert.equal(issued.claims().sub, subject("alice"));
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("alice"));
  assert.equal(claims.name, "Alice");
  assert.equal(claims.email, "alice@example.com");
  const refreshed = await oidc.refreshTokenGrant(config, issued.refresh_token);
  assert.equal(refreshed.claims().sub, subject("alice"));
  await oidc.tokenRevocation(config, refreshed.access_token);
  await assert.rejects(oidc.fetchUserInfo(config, refreshed.access_token, subject("alice")));
});

test("client with its secret in the form gets UserInfo as a JWT", async () => {
  const metadata = { userinfo_signed_response_alg: "ES256" };
  const config = await connect("post", oidc.ClientSecretPost(SECRET), metadata);
  const issued = await tokens(config);
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("alice"));
  assert.equal(claims.name, "Alice");
});

test("public client gets tokens with PKCE", async () => {
  const issued = await tokens(await connect("public", oidc.None()));
  assert.deepEqual([issued.claims().aud].flat(), ["public"]);
});

test("pushed authorization request results in tokens", async () => {
  const config = await connect("web");
  const { parameters, checks } = await request();
  const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters);
  assert.ok(url.searchParams.get("request_uri"));
  const answer = await new Browser(issuer).authorize(url);
  const issued = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(issued.claims().sub, subject("alice"));
});

test("pushed max_age=0 requires a new login", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  await tokens(config, {}, { browser });
  const { parameters } = await request({ max_age: "0" });
  await browser.open(await oidc.buildAuthorizationUrlWithPAR(config, parameters));
  assert.ok(browser.asks("password"));
});

test("client with a request object and private_key_jwt gets tokens", async () => {
  const config = await connect("signed", oidc.PrivateKeyJwt(signingKey));
  const { parameters, checks } = await request();
  const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, signingKey);
  const answer = await new Browser(issuer).authorize(url);
  const issued = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(issued.claims().sub, subject("alice"));
});

test("response as a JWT (JARM) has a code for tokens", async () => {
  const metadata = { authorization_signed_response_alg: "ES256" };
  const config = await connect("jarm", undefined, metadata);
  oidc.useJwtResponseMode(config);
  const issued = await tokens(config);
  assert.equal(issued.claims().sub, subject("alice"));
});

test("hybrid flow results in tokens of the user", async () => {
  const config = await connect("web");
  oidc.useCodeIdTokenResponseType(config);
  const issued = await tokens(config);
  assert.equal(issued.claims().sub, subject("alice"));
});

/** The tokens of each flow, in which the token endpoint is called with this client. */
const flows = {
  code: (config) => tokens(config),
  hybrid(config) {
    oidc.useCodeIdTokenResponseType(config);
    return tokens(config);
  },
  async refresh(config) {
    const more = { scope: "openid offline_access", prompt: "consent" };
    const { refresh_token: token } = await tokens(await connect("web"), more);
    return oidc.refreshTokenGrant(config, token);
  },
  async device(config) {
    const started = await oidc.initiateDeviceAuthorization(config, { scope: "openid" });
    const browser = new Browser(issuer);
    await browser.logInFirst();
    await browser.open(started.verification_uri);
    await browser.send({ user_code: started.user_code });
    await browser.agree();
    return oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.1 });
  },
  async backchannel(config) {
    const parameters = { scope: "openid", login_hint: "bob", binding_message: "F0RGE" };
    const started = await oidc.initiateBackchannelAuthentication(config, parameters);
    const browser = new Browser(issuer);
    await browser.logInFirst("bob");
    await openRequest(browser, "F0RGE");
    await browser.agree();
    return oidc.pollBackchannelAuthenticationGrant(config, started);
  },
};

for (const [name, flow] of Object.entries(flows)) {
  test(`ID token of the ${name} flow with a wrong signature is refused by the client`, async () => {
    const config = await connect("web");
    config[oidc.customFetch] = fetchWithWrongSignature;
    await refusesSignature(flow(config));
  });
}

test("UserInfo as a JWT with a wrong signature is refused by the client", async () => {
  const config = await connect("post", oidc.ClientSecretPost(SECRET), { userinfo_signed_response_alg: "ES256" });
  const issued = await tokens(config);
  config[oidc.customFetch] = fetchWithWrongSignature;
  await refusesSignature(oidc.fetchUserInfo(config, issued.access_token, subject("alice")));
});

test("ID token of an authorization response with a wrong signature is refused by the client", async () => {
  const config = await connect("web");
  oidc.useCodeIdTokenResponseType(config);
  const { parameters, checks } = await request();
  const answer = await new Browser(issuer).authorize(oidc.buildAuthorizationUrl(config, parameters));
  const fragment = new URLSearchParams(answer.hash.slice(1));
  fragment.set("id_token", withWrongSignature(fragment.get("id_token")));
  answer.hash = fragment;
  await refusesSignature(oidc.authorizationCodeGrant(config, answer, checks));
});

test("response as a JWT (JARM) with a wrong signature is refused by the client", async () => {
  const config = await connect("jarm", undefined, { authorization_signed_response_alg: "ES256" });
  oidc.useJwtResponseMode(config);
  const { parameters, checks } = await request();
  const answer = await new Browser(issuer).authorize(oidc.buildAuthorizationUrl(config, parameters));
  answer.searchParams.set("response", withWrongSignature(answer.searchParams.get("response")));
  await refusesSignature(oidc.authorizationCodeGrant(config, answer, checks));
});

test("response_mode=form_post results in tokens", async () => {
  const issued = await tokens(await connect("web"), { response_mode: "form_post" });
  assert.equal(issued.claims().sub, subject("alice"));
});

test("DPoP token that is requested with server nonces is refused without a proof", async () => {
  const config = await connect("web");
  const dpop = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
  const issued = await tokens(config, {}, { dpop });
  assert.equal(issued.token_type.toLowerCase(), "dpop");
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("alice"), { DPoP: dpop });
  assert.equal(claims.name, "Alice");
  await assert.rejects(oidc.fetchUserInfo(config, issued.access_token, subject("alice")));
});

test("DPoP token with a proof is accepted by a protected resource", needs("protected resource"), async () => {
  const config = await connect("web");
  const dpop = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
  const { access_token: token } = await tokens(config, {}, { dpop });
  const url = new URL(`${issuer}/me`);
  const response = await oidc.fetchProtectedResource(config, token, url, "GET", null, undefined, { DPoP: dpop });
  assert.equal(await response.text(), "alice\n");
});

test("token of a client with mutual TLS through the header of a proxy is refused without the certificate", async () => {
  const config = await connect("mtls", oidc.TlsClientAuth());
  const withCertificate = (url, options) =>
    fetch(url, { ...options, headers: { ...options.headers, "client-cert": `:${CERTIFICATE}:` } });
  config[oidc.customFetch] = withCertificate;
  const issued = await tokens(config);
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("alice"));
  assert.equal(claims.name, "Alice");
  config[oidc.customFetch] = fetch;
  await assert.rejects(oidc.fetchUserInfo(config, issued.access_token, subject("alice")));
});

test("scope that the user refuses is not granted, and UserInfo lacks its claims", async () => {
  const config = await connect("web");
  const issued = await tokens(config, { prompt: "consent" }, { options: { refused: ["email"] } });
  assert.equal(issued.scope.includes("email"), false);
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("alice"));
  assert.equal(claims.name, "Alice");
  assert.equal(claims.email, undefined);
});

test("prompt=none is refused without a session or consent, and gets tokens with both", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  assert.equal(await refusal(config, { prompt: "none" }), "login_required");
  await browser.open(oidc.buildAuthorizationUrl(config, (await request()).parameters));
  await browser.logIn("bob");
  assert.equal(await refusal(config, { prompt: "none" }, browser), "consent_required");
  await tokens(config, {}, { browser });
  const { parameters, checks } = await request({ prompt: "none" });
  const { url } = await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  assert.equal((await oidc.authorizationCodeGrant(config, url, checks)).claims().sub, subject("bob"));
});

test("prompt=login and max_age=0 require a new login, and a max_age that is not over does not", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  await tokens(config, {}, { browser });
  for (const more of [{ prompt: "login" }, { max_age: "0" }]) {
    const { parameters } = await request(more);
    await browser.open(oidc.buildAuthorizationUrl(config, parameters));
    assert.ok(browser.asks("password"));
  }
  const issued = await tokens(config, { max_age: "100" }, { browser });
  assert.ok(issued.claims().auth_time);
});

test("prompt=select_account with a session asks for the account, and continues with that of the session", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  await tokens(config, {}, { browser });
  const { parameters, checks } = await request({ prompt: "select_account" });
  const step = await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  assert.ok(step.page, "a page is shown");
  assert.equal(browser.asks("password"), !server.hasAccountPage);
  const answer = await (server.hasAccountPage ? browser.send() : browser.logIn());
  const issued = await oidc.authorizationCodeGrant(config, answer.url, checks);
  assert.equal(issued.claims().sub, subject("alice"));
});

test("prompt=select_account with a session continues with another user who logs in", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  await tokens(config, {}, { browser });
  const { parameters, checks } = await request({ prompt: "select_account" });
  await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  if (server.hasAccountPage) await browser.follow("/login");
  const answer = await browser.complete(await browser.logIn("bob"));
  const issued = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(issued.claims().sub, subject("bob"));
  // The session is now that of the other user.
  const { parameters: silent, checks: silently } = await request({ prompt: "none" });
  const { url } = await browser.open(oidc.buildAuthorizationUrl(config, silent));
  assert.equal((await oidc.authorizationCodeGrant(config, url, silently)).claims().sub, subject("bob"));
});

test("prompt=create with a session asks for a new account, and continues with it", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  await tokens(config, {}, { browser });
  const { parameters, checks } = await request({ prompt: "create" });
  await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  const { fields, name } = server.newAccount;
  for (const field of Object.keys(fields)) assert.ok(browser.asks(field), field);
  const answer = await browser.complete(await browser.send(fields));
  const issued = await oidc.authorizationCodeGrant(config, answer, checks);
  const { sub } = issued.claims();
  assert.notEqual(sub, subject("alice"));
  assert.equal((await oidc.fetchUserInfo(config, issued.access_token, sub)).name, name);
});

test("voluntary acr that the first login does not reach is answered with the acr of the login", async () => {
  const [password, twoFactors] = ACRS;
  const issued = await tokens(await connect("web"), { acr_values: twoFactors });
  assert.equal(issued.claims().sub, subject("alice"));
  assert.equal(issued.claims().acr, password);
});

test("voluntary acr that the session has needs no page", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  const [password, twoFactors] = ACRS;
  await tokens(config, {}, { browser });
  const { parameters, checks } = await request({ acr_values: `${twoFactors} ${password}` });
  const { url } = await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  assert.equal((await oidc.authorizationCodeGrant(config, url, checks)).claims().acr, password);
});

test("voluntary acr that the session lacks asks for the second factor, unless the user has none", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  const [password, twoFactors] = ACRS;
  const [, user] = server.secondFactorUsers;
  assert.equal((await tokens(config, {}, { browser, options: { user } })).claims().acr, password);
  const { parameters, checks } = await request({ acr_values: twoFactors });
  const step = await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  if (server.hasSetUp) {
    assert.equal((await oidc.authorizationCodeGrant(config, step.url, checks)).claims().acr, password);
    return;
  }
  assert.ok(browser.asks("code"));
  const answer = await browser.complete(step, { user, secondFactor: true });
  assert.equal((await oidc.authorizationCodeGrant(config, answer, checks)).claims().acr, twoFactors);
});

test("voluntary acr that the session lacks, with prompt=none, is answered with the acr of the session", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  const [password, twoFactors] = ACRS;
  await tokens(config, {}, { browser });
  const { parameters, checks } = await request({ acr_values: twoFactors, prompt: "none" });
  const { url } = await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  assert.equal((await oidc.authorizationCodeGrant(config, url, checks)).claims().acr, password);
});

test("essential acr of two factors is reached with a second factor", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  const [user] = server.secondFactorUsers;
  const [password, twoFactors] = ACRS;
  assert.equal((await tokens(config, {}, { browser, options: { user } })).claims().acr, password);
  const claims = { id_token: { acr: { essential: true, values: [twoFactors] } } };
  const more = { claims: JSON.stringify(claims) };
  const options = { user, secondFactor: true };
  const issued = await tokens(config, more, { browser, options });
  assert.equal(issued.claims().sub, subject(user));
  assert.equal(issued.claims().acr, twoFactors);
  assert.deepEqual(issued.claims().amr, ["pwd", "otp", "mfa"]);
});

test("claim that is requested in a language is in the ID token in this language", needs("claims in a language"), async () => {
  const requested = { id_token: { "name#ja": null } };
  const issued = await tokens(await connect("web"), { scope: "openid", claims: JSON.stringify(requested) });
  assert.equal(issued.claims()["name#ja"], "アリス");
});

test("claims that are requested for the ID token and for UserInfo are only where they are requested", async () => {
  const config = await connect("web");
  const requested = { id_token: { email: null }, userinfo: { name: { essential: true } } };
  const issued = await tokens(config, { scope: "openid", claims: JSON.stringify(requested) });
  assert.equal(issued.claims().email, "alice@example.com");
  assert.equal(issued.claims().name, undefined);
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("alice"));
  assert.equal(claims.name, "Alice");
  assert.equal(claims.email, undefined);
});

test("invalid authorization request is refused with a redirect to the client", async () => {
  const config = await connect("web");
  assert.equal(await refusal(config, { claims: "no JSON" }), "invalid_request");
  assert.equal(await refusal(config, { code_challenge_method: "S512" }), "invalid_request");
  assert.equal(await refusal(config, { prompt: "none login" }), "invalid_request");
});

test("consent denied by the user is refused with access_denied", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  const { parameters, checks } = await request({ prompt: "consent" });
  await browser.open(oidc.buildAuthorizationUrl(config, parameters));
  await browser.logIn();
  const { url } = await browser.refuse();
  await assert.rejects(oidc.authorizationCodeGrant(config, url, checks), { error: "access_denied" });
});

test("code used twice or with a wrong verifier is refused", async () => {
  const config = await connect("web");
  const { parameters, checks } = await request();
  const url = await new Browser(issuer).authorize(oidc.buildAuthorizationUrl(config, parameters));
  const wrong = { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
  await assert.rejects(oidc.authorizationCodeGrant(config, url, wrong), { error: "invalid_grant" });
  await oidc.authorizationCodeGrant(config, url, checks).catch(() => "the wrong verifier may have invalidated the code");
  await assert.rejects(oidc.authorizationCodeGrant(config, url, checks), { error: "invalid_grant" });
});

test("wrong client secret is refused with invalid_client", async () => {
  const config = await connect("web", oidc.ClientSecretBasic("wrong"));
  const { parameters, checks } = await request();
  const url = await new Browser(issuer).authorize(oidc.buildAuthorizationUrl(config, parameters));
  const error = await oidc.authorizationCodeGrant(config, url, checks).catch((error) => error);
  assert.ok(error instanceof oidc.WWWAuthenticateChallengeError || error.error === "invalid_client", error);
});

test("device flow results in tokens after the user has typed the code and agreed", async () => {
  const config = await connect("web");
  const started = await oidc.initiateDeviceAuthorization(config, { scope: "openid email" });
  const browser = new Browser(issuer);
  await browser.open(started.verification_uri);
  assert.ok(browser.asks("password"));
  await browser.logIn();
  await browser.open(started.verification_uri);
  const { page } = await browser.send({ user_code: started.user_code.toLowerCase() });
  assert.match(page, /<h1>[^<]*web/);
  const polling = oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.1 });
  await browser.agree();
  assert.equal((await polling).claims().sub, subject("alice"));
});

test("device flow denied by the user is refused with access_denied", async () => {
  const config = await connect("web");
  const started = await oidc.initiateDeviceAuthorization(config, { scope: "openid" });
  const browser = new Browser(issuer);
  await browser.logInFirst();
  await browser.open(started.verification_uri);
  await browser.send({ user_code: started.user_code });
  await browser.refuse();
  const polling = oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.1 });
  await assert.rejects(polling, { error: "access_denied" });
});

test("backchannel authentication in poll mode results in tokens of the user in the hint", async () => {
  const config = await connect("web");
  const parameters = { scope: "openid email", login_hint: "bob", binding_message: "W4SCT" };
  const started = await oidc.initiateBackchannelAuthentication(config, parameters);
  const browser = new Browser(issuer);
  await browser.logInFirst("bob");
  await openRequest(browser, "W4SCT");
  const polling = oidc.pollBackchannelAuthenticationGrant(config, started);
  await browser.agree();
  const issued = await polling;
  assert.equal(issued.claims().sub, subject("bob"));
  const claims = await oidc.fetchUserInfo(config, issued.access_token, subject("bob"));
  assert.equal(claims.email, "bob@example.com");
});

test("backchannel authentication of an unknown user is refused", async () => {
  const config = await connect("web");
  const parameters = { scope: "openid", login_hint: "mallory" };
  await assert.rejects(oidc.initiateBackchannelAuthentication(config, parameters), { error: "unknown_user_id" });
});

test("backchannel authentication in ping mode notifies the client, which gets tokens", async () => {
  const received = [];
  const client = createServer((request, response) => {
    received.push(request.headers.authorization);
    response.writeHead(204).end();
  }).listen(Number(process.env.PING_PORT), "127.0.0.1");
  try {
    const config = await connect("ping");
    const browser = new Browser(issuer);
    await browser.logInFirst();
    const started = await oidc.initiateBackchannelAuthentication(config, {
      scope: "openid",
      login_hint: "alice",
      binding_message: "PING7",
      client_notification_token: "a-token-of-the-client",
    });
    await openRequest(browser, "PING7");
    await browser.agree();
    await until(() => received.length > 0);
    assert.deepEqual(received, ["Bearer a-token-of-the-client"]);
    const issued = await oidc.pollBackchannelAuthenticationGrant(config, started);
    assert.equal(issued.claims().sub, subject("alice"));
  } finally {
    client.close();
  }
});

test("client that registered dynamically gets a logout token when the user logs out", async () => {
  const tokensReceived = [];
  const backchannel = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    tokensReceived.push(new URLSearchParams(body).get("logout_token"));
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(backchannel, "listening");
  try {
    const metadata = {
      client_name: "Registered by itself",
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "ES256",
      post_logout_redirect_uris: ["https://client.example/registered"],
      backchannel_logout_uri: `http://127.0.0.1:${backchannel.address().port}/`,
    };
    const register = (token) =>
      oidc.dynamicClientRegistration(new URL(issuer), metadata, undefined, {
        initialAccessToken: token,
        ...insecure,
      });
    await assert.rejects(register("guessed"), { status: 401 });
    const config = await register(process.env.INITIAL_ACCESS_TOKEN);
    oidc.enableNonRepudiationChecks(config);

    const browser = new Browser(issuer);
    const issued = await tokens(config, {}, { browser });
    const parameters = {
      id_token_hint: issued.id_token,
      post_logout_redirect_uri: "https://client.example/registered",
    };
    await browser.open(oidc.buildEndSessionUrl(config, parameters));
    const { url } = await browser.agree();
    assert.equal(url.href, "https://client.example/registered");
    await until(() => tokensReceived.length > 0);
    assert.equal(tokensReceived.length, 1);
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
    const { payload } = await jwtVerify(tokensReceived[0], keys, {
      issuer,
      audience: config.clientMetadata().client_id,
      typ: "logout+jwt",
    });
    assert.equal(payload.sub, subject("alice"));
    assert.ok(payload.events["http://schemas.openid.net/event/backchannel-logout"]);
  } finally {
    backchannel.close();
  }
});

test("wallet gets the offered credential", needs("credentials"), async () => {
  const browser = new Browser(issuer);
  await browser.logInFirst();
  const { page } = await browser.open(`${issuer}/offer`);
  const [, uri] = page.match(/credential_offer_uri=([^"]*)"/);
  const offer = await (await fetch(decodeURIComponent(uri))).json();
  assert.equal(offer.credential_issuer, issuer);

  const metadata = await (await fetch(`${issuer}/.well-known/openid-credential-issuer`)).json();
  const config = await connect("public", oidc.None());
  const grantType = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
  const code = offer.grants[grantType]["pre-authorized_code"];
  const issued = await oidc.genericGrantRequest(config, grantType, { "pre-authorized_code": code });

  const { c_nonce: nonce } = await (await fetch(metadata.nonce_endpoint, { method: "POST" })).json();
  const proof = await new SignJWT({ nonce })
    .setProtectedHeader({ alg: "ES256", typ: "openid4vci-proof+jwt", jwk: PUBLIC_JWK })
    .setAudience(issuer)
    .setIssuedAt()
    .sign(key);
  const response = await fetch(metadata.credential_endpoint, {
    method: "POST",
    headers: { authorization: `Bearer ${issued.access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ credential_configuration_id: "membership", proofs: { jwt: [proof] } }),
  });
  const { credentials } = await response.json();
  const [jwt] = credentials[0].credential.split("~");
  const keys = await (await fetch(`${issuer}/.well-known/jwt-vc-issuer`)).json();
  const { payload } = await jwtVerify(jwt, createRemoteJWKSet(new URL(keys.jwks_uri)));
  assert.equal(payload.vct, "urn:example:membership");
  assert.equal(payload.cnf.jwk.x, PUBLIC_JWK.x);
});

test("logout ends the session and redirects to the client", async () => {
  const config = await connect("web");
  const browser = new Browser(issuer);
  const issued = await tokens(config, {}, { browser });
  const parameters = {
    id_token_hint: issued.id_token,
    post_logout_redirect_uri: "https://client.example/bye",
    state: "state",
  };
  const { page } = await browser.open(oidc.buildEndSessionUrl(config, parameters));
  assert.match(page, /Log out/);
  const { url } = await browser.agree();
  assert.equal(url.href, "https://client.example/bye?state=state");
  assert.equal(await refusal(config, { prompt: "none" }, browser), "login_required");
});
