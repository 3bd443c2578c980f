// The demo app, from the request to the logout, over HTTP as a browser does it.

import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";

import { totp } from "../../axum/tests/relying_parties/forms.js";
import { startProvider } from "./harness.js";

let provider;
before(async () => {
  provider = await startProvider();
});
after(() => provider.stop());

/** What a browser does without scripts: cookies, redirects, links and forms. */
class Browser {
  #cookies = new Map();
  url;
  status;
  html;

  /** `crossSite`: the request comes from a page of another site. Then a POST has no `SameSite=Lax` cookies. */
  async request(url, { method = "GET", form, crossSite = false } = {}) {
    let target = new URL(url, this.url);
    for (let hops = 0; hops < 20; hops += 1) {
      const jar = this.#cookies.get(target.host) ?? new Map();
      this.#cookies.set(target.host, jar);
      const headers = { "accept-language": this.language ?? "en" };
      if (!(crossSite && method === "POST")) headers.cookie = [...jar].map((pair) => pair.join("=")).join("; ");
      const body = method === "POST" ? new URLSearchParams(form) : undefined;
      const response = await fetch(target, { method, headers, body, redirect: "manual" });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
        jar.set(name, value);
      }
      this.url = target.href;
      this.status = response.status;
      this.headers = response.headers;
      this.html = await response.text();
      const location = response.headers.get("location");
      if (!location) return this;
      target = new URL(location, target);
      if (response.status !== 307) method = "GET";
    }
    throw new Error("too many redirects");
  }

  cookie(host, name) {
    return this.#cookies.get(host)?.get(name);
  }

  get text() {
    return unescape(this.html.replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ");
  }

  link(text) {
    const links = this.html.matchAll(/<a\b[^>]*\bhref="([^"]*)"[^>]*>([^<]*)<\/a>/g);
    for (const [, href, content] of links) if (unescape(content).trim() === text) return unescape(href);
    throw new Error(`no link "${text}" at ${this.url}:\n${this.text}`);
  }

  follow(text) {
    return this.request(this.link(text));
  }

  /** Sends the form whose action has this path, as a click on its button `name=value` does. */
  submit(action, fields = {}, without = []) {
    const forms = [...this.html.matchAll(/<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)<\/form>/gs)];
    const found = forms.find(([, target]) => target.split("?")[0] === action);
    assert.ok(found, `no form ${action} at ${this.url}:\n${this.text}`);
    const form = [];
    for (const [input] of found[2].matchAll(/<input\b[^>]*>/g)) {
      const attribute = (name) => unescape(input.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? "");
      const [name, value] = [attribute("name"), attribute("value")];
      const isOff = attribute("type") === "checkbox" && (!/\bchecked\b/.test(input) || without.includes(value));
      if (name && !(name in fields) && !isOff) form.push([name, value]);
    }
    form.push(...Object.entries(fields));
    const target = unescape(found[1]);
    const crossSite = new URL(target, this.url).host !== new URL(this.url).host;
    return this.request(target, { method: "POST", form, crossSite });
  }
}

function unescape(text) {
  return text.replace(/&#(\d+);|&(amp|lt|gt|quot);/g, (_, code, name) =>
    code ? String.fromCharCode(code) : { amp: "&", lt: "<", gt: ">", quot: '"' }[name],
  );
}

/** The request page, with what was chosen. */
async function ask(browser, choices = {}) {
  const query = new URLSearchParams({ scope: "profile", ...choices });
  await browser.request(`${provider.demo}/request?${query}&scope=email`);
  assert.equal(browser.status, 200);
  return browser;
}

/** Sends the request, logs in and agrees, as far as the provider asks. */
async function send(browser, { user = "alice", password = "wonderland", decision = "allow" } = {}) {
  await browser.follow("Send it");
  if (browser.url.includes("/login")) await browser.submit("/login", { name: user, password });
  if (browser.url.includes("/consent")) await browser.submit("/consent", { decision });
  return browser;
}

/** Each parameter, member and claim on the page has a sentence and a section of a specification. */
function assertExplained(browser) {
  const rows = [...browser.html.matchAll(/<dt><code>([^<]*)<\/code><\/dt>\s*<dd>(.*?)<\/dd>/gs)];
  assert.ok(rows.length > 0, browser.text);
  for (const [, name, content] of rows) {
    assert.ok(content.includes("<span>"), `${name} at ${browser.url} is not explained`);
    assert.ok(name === "received_at" || content.includes('class="section"'), `${name} at ${browser.url} has no section`);
  }
}

const logIn = async (browser, choices) => send(await ask(browser, choices));
const path = (browser) => new URL(browser.url).pathname;

test("login of the demo lists each user with the password", async () => {
  const page = await (await fetch(`${provider.url}/login`)).text();
  const rows = [...page.matchAll(/<td><code>(.*?)<\/code><\/td><td><code>(.*?)<\/code><\/td>/g)].map(([, ...row]) => row);
  assert.deepEqual(rows, [["alice", "wonderland"], ["bob", "builder-of-things"]]);
});

test("login shows the request, the response, the tokens and the claims", async () => {
  const browser = await ask(new Browser(), { max_age: "600", ui_locales: "en" });
  assertExplained(browser);
  for (const shown of [
    "Discovery",
    "GET /.well-known/openid-configuration",
    "GET /jwks",
    "code_challenge_method S256",
    "max_age 600",
    "ui_locales en",
    "scope openid profile email",
    "OpenID Connect Core 1.0 §3.1.2.1",
  ]) {
    assert.ok(browser.text.includes(shown), shown);
  }
  const before = browser.cookie(new URL(provider.demo).host, "demo-session");
  await send(browser);
  assert.equal(path(browser), "/result");
  assert.equal(new URL(browser.url).search, "", "the code stays out of the address bar");
  assertExplained(browser);
  for (const shown of [
    `iss ${provider.url}`,
    "POST /token HTTP/1.1",
    "grant_type=authorization_code",
    "code_verifier=",
    '"id_token":',
    '"refresh_token":',
    "alg ",
    "nonce is that of the request",
    "auth_time is not older than max_age",
    "The signature is by a key of the provider",
    "GET /userinfo",
    "preferred_username alice",
    "email alice@example.com",
    "A real app never shows them",
  ]) {
    assert.ok(browser.text.includes(shown), `${shown}\n${browser.text}`);
  }
  const renewed = browser.cookie(new URL(provider.demo).host, "demo-session");
  assert.notEqual(renewed, before, "the session has a new key after the login");
  await browser.request(`${provider.demo}/`);
  assert.ok(browser.text.includes("You are logged in to this app as Alice."));
});

test("form_post without the cookie of the demo logs the browser in that made the request", async () => {
  const browser = await ask(new Browser(), { response_mode: "form_post" });
  await send(browser);
  const action = `${provider.demo}/callback`;
  await browser.submit(action);
  assert.equal(path(browser), "/result");
  assert.ok(browser.text.includes("email alice@example.com"), browser.text);
  assert.ok(browser.text.includes("Form Post Response Mode §2"));
});

test("response in another browser is refused", async () => {
  for (const response_mode of ["", "form_post"]) {
    const attacker = await ask(new Browser(), { response_mode });
    const state = new URL(attacker.link("Send it")).searchParams.get("state");
    const response = { state, code: "stolen", iss: provider.url };
    const victim = await new Browser().request(`${provider.demo}/`);
    if (response_mode) await victim.request("/callback", { method: "POST", form: response, crossSite: true });
    else await victim.request(`/callback?${new URLSearchParams(response)}`);
    assert.ok(victim.text.includes("belongs to a request of another browser"), victim.text);
    assert.ok(!victim.text.includes("POST /token"), "the code is not used");
  }
});

test("response that was used, or is of another issuer, is refused", async () => {
  const browser = await ask(new Browser());
  const state = new URL(browser.link("Send it")).searchParams.get("state");
  const response = new URLSearchParams({ state, code: "code", iss: "https://other.example" });
  await browser.request(`/callback?${response}`);
  assert.ok(browser.text.includes("not from the provider that the request went to"), browser.text);
  await browser.request(`/callback?${response}`);
  assert.ok(browser.text.includes("matches no request"), browser.text);
});

test("refusals of the user and of the provider are shown with a text", async () => {
  const browser = await ask(new Browser(), { prompt: "consent" });
  await send(browser, { decision: "refuse" });
  assert.equal(path(browser), "/result");
  assert.ok(browser.text.includes("access_denied"), browser.text);
  assert.ok(browser.text.includes("Nothing was given to the app."));
  assertExplained(browser);

  const stranger = await ask(new Browser(), { prompt: "none" });
  await stranger.follow("Send it");
  assert.ok(stranger.text.includes("You are not logged in at the provider"), stranger.text);
});

test("offline_access goes with a consent that the user sees", async () => {
  const browser = new Browser();
  await browser.request(`${provider.demo}/request?scope=offline_access&prompt=login`);
  assert.ok(browser.text.includes("prompt login consent"), browser.text);
  await browser.follow("Send it");
  await browser.submit("/login", { name: "alice", password: "wonderland" });
  assert.equal(path(browser), "/consent");
  await browser.submit("/consent", { decision: "allow" });
  assert.ok(browser.text.includes('"refresh_token":'), browser.text);
});

test("refresh token gets new tokens for the same user", async () => {
  const browser = await logIn(new Browser());
  const token = () => browser.text.match(/"access_token": "([^"]+)"/)[1];
  const before = token();
  await browser.submit("/refresh");
  assert.ok(browser.text.includes("grant_type=refresh_token"), browser.text);
  assertExplained(browser);
  assert.ok(browser.text.includes("sub is the same user as before"), browser.text);
  assert.notEqual(token(), before);
  // The next one uses what came with this one.
  await browser.submit("/refresh");
  assert.ok(browser.text.includes("sub is the same user as before"), browser.text);
});

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

test("device flow waits for the user and then has the claims", async () => {
  const browser = await new Browser().request(`${provider.demo}/device`);
  await browser.submit("/device");
  const verification = browser.link("Open the page of the provider");
  assertExplained(browser);
  await browser.submit("/device/check");
  assert.ok(browser.text.includes("The user has not decided yet."), browser.text);

  const other = await new Browser().request(verification);
  await other.submit("/login", { name: "alice", password: "wonderland" });
  await other.submit("/device");
  await other.submit("/device/consent", { decision: "allow" });
  assert.equal(other.status, 200);

  await pause(2.1);
  await browser.submit("/device/check");
  assert.equal(path(browser), "/result");
  assert.ok(browser.text.includes("email alice@example.com"), browser.text);
});

test("device flow shows the refusal of the user", async () => {
  const browser = await new Browser().request(`${provider.demo}/device`);
  await browser.submit("/device");
  const other = await new Browser().request(browser.link("Open the page of the provider"));
  await other.submit("/login", { name: "alice", password: "wonderland" });
  await other.submit("/device");
  await other.submit("/device/consent", { decision: "refuse" });
  await browser.submit("/device/check");
  assert.equal(path(browser), "/result");
  assert.ok(browser.text.includes("access_denied"), browser.text);
});

test("CIBA shows the message to the user and then has the claims", async () => {
  const browser = await new Browser().request(`${provider.demo}/ciba`);
  await browser.submit("/ciba", { login_hint: "bob", binding_message: "Order 77" });
  assertExplained(browser);
  await browser.submit("/ciba/check");
  assert.ok(browser.text.includes("The user has not decided yet."), browser.text);

  const other = await new Browser().request(browser.link("Open the requests of the user, and log in as that user"));
  await other.submit("/login", { name: "bob", password: "builder-of-things" });
  assert.ok(other.text.includes("Order 77"), other.text);
  await other.submit("/requests", { decision: "allow" });

  await pause(2.1);
  await browser.submit("/ciba/check");
  assert.equal(path(browser), "/result");
  assert.ok(browser.text.includes("email bob@example.com"), browser.text);
});

test("CIBA for an unknown user shows the error", async () => {
  const browser = await new Browser().request(`${provider.demo}/ciba`);
  await browser.submit("/ciba", { login_hint: "nobody" });
  assert.ok(browser.text.includes("The provider does not know this user."), browser.text);
});

test("two-step verification that is essential is in the ID token, after the account was made", async () => {
  const browser = await ask(new Browser(), { two_steps: "essential", prompt: "create" });
  assert.ok(browser.text.includes('"essential":true'), browser.text);
  assertExplained(browser);
  await browser.follow("Send it");
  assert.equal(path(browser), "/sign-up");
  await browser.submit("/sign-up", { name: "carol", display_name: "Carol", email: "carol@example.com", password: "a long password" });
  assert.equal(path(browser), "/account/second-factor", "the provider sets it up first");
  const secret = browser.html.match(/<code class="secret">([^<]*)/)[1];
  await browser.submit("/account/second-factor", { code: totp(secret) });
  await browser.submit("/consent", { decision: "allow" });
  assert.ok(browser.text.includes("acr is the one that was essential"), browser.text);
  assert.ok(browser.text.includes("acr https://refeds.org/profile/mfa"), browser.text);
  assert.ok(browser.text.includes("email carol@example.com"), browser.text);
});

test("prompt=none with a session at the provider shows no page", async () => {
  const browser = await logIn(new Browser());
  await ask(browser, { prompt: "none" });
  await browser.follow("Send it");
  assert.equal(path(browser), "/result");
  assert.ok(browser.text.includes("email alice@example.com"), browser.text);
});

/** Waits until the page has this text: the provider sends logout tokens in the background. */
async function until(browser, url, text) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await browser.request(url);
    if (browser.text.includes(text)) return;
    await pause(0.1);
  }
  assert.fail(`${text} is not at ${url}:\n${browser.text}`);
}

test("logout at the provider ends the session at the demo by a logout token", async () => {
  const browser = await logIn(new Browser());
  const other = await logIn(new Browser());
  await browser.request(`${provider.url}/log-out`);
  await browser.submit("/log-out");
  await until(browser, `${provider.demo}/`, "Your session at this app is over");
  assert.ok(browser.text.includes("Back-Channel Logout 1.0 §2.6"), browser.text);
  assert.ok(browser.text.includes("typ logout+jwt"), browser.text);
  assertExplained(browser);
  // The same user in another browser has another `sid`.
  await other.request(`${provider.demo}/`);
  assert.ok(other.text.includes("You are logged in to this app as Alice."), other.text);
});

test("logout at the demo redirects to the provider and back", async () => {
  const browser = await logIn(new Browser());
  await browser.request(`${provider.demo}/log-out`);
  assert.ok(browser.text.includes("id_token_hint"), browser.text);
  assertExplained(browser);
  await browser.follow("Send it");
  assert.equal(browser.url, `${provider.url}/log-out?for=client`);
  await browser.submit("/log-out");
  assert.equal(browser.url, `${provider.demo}/`);
  assert.ok(browser.text.includes("Back from the logout"), browser.text);
  await until(browser, `${provider.demo}/`, "The provider sent this logout token to the app");
  assert.ok(browser.text.includes("Back from the logout"), "both messages are shown");
  await browser.request(`${provider.url}/account`);
  assert.ok(path(browser).startsWith("/login"), "the provider has ended the session, too");
});

test("return from a logout that was not requested ends nothing", async () => {
  const browser = await logIn(new Browser());
  await browser.request(`${provider.demo}/logged-out?state=made-up`);
  assert.ok(browser.text.includes("You are logged in to this app as Alice."), browser.text);
});

/** A logout token by a key that is not the provider's, or with nothing to verify. */
function forge({ header = {}, claims = {} }, key) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  const all = { iss: provider.url, iat: now, exp: now + 120, jti: "1", events, ...claims };
  const signed = `${encode({ alg: "ES256", typ: "logout+jwt", ...header })}.${encode(all)}`;
  if (!key) return `${signed}.`;
  return `${signed}.${createSign("SHA256").update(signed).sign({ key, dsaEncoding: "ieee-p1363" }, "base64url")}`;
}

test("logout tokens that are forged or say the wrong thing are refused, and the session stays", async () => {
  const browser = await logIn(new Browser());
  const value = (name) => browser.html.match(new RegExp(`<code>${name}</code></dt>\\s*<dd>\\s*<code class="value">([^<]*)`))[1];
  const [sub, sid, aud] = ["sub", "sid", "aud"].map(value);
  const idToken = browser.text.match(/"id_token": "([^"]+)"/)[1];
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const good = { sub, sid, aud: aud.startsWith("[") ? JSON.parse(unescape(aud)) : aud };
  const old = Math.floor(Date.now() / 1000) - 3600;
  const tokens = {
    "the signature is wrong": [
      forge({ claims: good }, privateKey),
      forge({ header: { kid: "p256-signing" }, claims: good }, privateKey),
    ],
    "alg is not": [forge({ header: { alg: "none" }, claims: good })],
    "typ is not logout+jwt": [idToken, forge({ header: { typ: "JWT" }, claims: good }, privateKey)],
    "iss is another issuer": [forge({ claims: { ...good, iss: "https://other.example" } }, privateKey)],
    "aud does not name this client": [forge({ claims: { ...good, aud: "another" } }, privateKey)],
    "iat is too long ago": [forge({ claims: { ...good, iat: old } }, privateKey)],
    "the token has expired": [forge({ claims: { ...good, exp: old } }, privateKey)],
    "events has no logout": [forge({ claims: { ...good, events: {} } }, privateKey)],
    "nonce is for ID tokens": [forge({ claims: { ...good, nonce: "n" } }, privateKey)],
    "sub and sid are missing": [forge({ claims: { aud: good.aud } }, privateKey)],
    "not a signed JWT": ["", "a.b.c"],
  };
  for (const [why, forged] of Object.entries(tokens)) {
    for (const logout_token of forged) {
      const body = new URLSearchParams({ logout_token });
      const response = await fetch(`${provider.demo}/backchannel-logout`, { method: "POST", body });
      assert.equal(response.status, 400, why);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(response.headers.get("set-cookie"), null, "no session begins here");
      const answer = await response.json();
      assert.ok(answer.error_description.includes(why), `${why}: ${answer.error_description}`);
    }
  }
  await browser.request(`${provider.demo}/`);
  assert.ok(browser.text.includes("You are logged in to this app as Alice."), browser.text);
});

test("pages are in the language of the browser, or in the one that was chosen", async () => {
  const browser = new Browser();
  browser.language = "ja";
  await browser.request(`${provider.demo}/request?scope=profile`);
  assert.ok(browser.html.includes('<html lang="ja">'));
  assert.ok(browser.text.includes("認可リクエスト"));
  await browser.submit("/language", { language: "en" });
  assert.equal(path(browser), "/request");
  assert.ok(browser.html.includes('<html lang="en">'));
  // Browsers leave tabs out: the third is read as the first.
  for (const here of ["//evil.example/", "/\\evil.example/", "/\t/evil.example/"]) {
    await browser.submit("/language", { language: "ja", return_to: here });
    assert.equal(browser.url, `${provider.demo}/`);
  }
});

test("pages forbid scripts and frames, and the cookie is out of the reach of scripts", async () => {
  for (const page of ["/", "/request", "/device", "/ciba"]) {
    const { headers } = await fetch(provider.demo + page);
    const policy = headers.get("content-security-policy");
    assert.ok(policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"), page);
    assert.ok(!policy.includes("script-src"));
    assert.match(headers.get("set-cookie"), /; HttpOnly; SameSite=Lax$/);
  }
});

test("provider that is unavailable is shown as an error", async () => {
  // The issuer of the demo, where nothing listens.
  const away = await startProvider({ settings: { url: "http://localhost:1" } });
  const browser = await new Browser().request(`${away.demo}/request?scope=profile`);
  assert.equal(browser.status, 200);
  assert.ok(browser.text.includes("That did not work."), browser.text);
  assert.ok(!browser.text.includes("Send it"), browser.text);
  await browser.request("/device");
  await browser.submit("/device");
  assert.ok(browser.text.includes("That did not work."), browser.text);
  await away.stop();
});
