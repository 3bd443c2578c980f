// Consents and their effects: tokens, claims, connected apps, the device flow and CIBA.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Site } from "./people.js";

describe("consent", () => {
  let site;
  before(async () => {
    site = await Site.start();
  });
  after(() => site.stop());

  test("refused scope is not in the token, and its claims are not released", async () => {
    const person = await site.user();
    const state = await person.authorize({ claims: JSON.stringify({ userinfo: { phone_number: null } }) });
    const main = await person.page.locator("main").innerText();
    for (const words of ["Recognize you when you come back", "See your e-mail address", "your phone number"]) {
      assert.ok(main.includes(words), words);
    }
    await person.page.getByLabel("See your e-mail address").uncheck();
    await person.allow();
    const tokens = await site.party.tokens(state);
    assert.deepEqual(tokens.scope.split(" ").sort(), ["openid", "profile"]);
    const claims = await site.party.userinfo(tokens.access_token);
    assert.equal(claims.name, "Alice Liddell");
    assert.equal(claims.email, undefined);
    assert.equal(tokens.claims.email, undefined);
    await person.close();
  });

  test("scope that was refused is asked for again, and one that was allowed is not", async () => {
    const person = await site.user();
    const scope = "openid email";
    const first = await person.authorize({ scope });
    await person.page.getByLabel("See your e-mail address").uncheck();
    await person.allow();
    await site.party.answer(first);
    const second = await person.authorize({ scope });
    await person.allow();
    const tokens = await site.party.tokens(second);
    assert.ok((await site.party.userinfo(tokens.access_token)).email);
    const third = await person.authorize({ scope });
    assert.ok((await site.party.answer(third)).code);
    await person.close();
  });

  test("scope that is taken back stays refused, and a refusal takes back what was allowed", async () => {
    const person = await site.user();
    const allowed = await person.authorize();
    await person.allow();
    await site.party.answer(allowed);
    const narrowed = await person.authorize({ prompt: "consent" });
    await person.page.getByLabel("See your e-mail address").uncheck();
    await person.allow();
    assert.ok(!(await site.party.tokens(narrowed)).scope.includes("email"));
    // What is still allowed needs no page; the rest is asked for.
    const rest = await person.authorize({ scope: "openid profile" });
    assert.ok((await site.party.answer(rest)).code);
    await person.authorize();
    assert.match(await person.heading(), /^Recipe Box wants/);

    const refused = await person.authorize({ prompt: "consent", scope: "openid profile" });
    await person.refuse();
    assert.equal((await site.party.answer(refused)).error, "access_denied");
    await person.authorize({ scope: "openid profile" });
    assert.match(await person.heading(), /^Recipe Box wants/);
    // It may still have tokens.
    await person.open("/account");
    assert.ok(await person.button("Disconnect: Recipe Box").isVisible());
    await person.close();
  });

  test("scope without a text has the description of the service", async () => {
    const person = await site.user();
    await person.authorize({ scope: "openid recipes" });
    assert.ok(await person.page.getByLabel("Save recipes for you").isChecked());
    await person.close();
  });

  test("denial is access_denied at the client", async () => {
    const person = await site.user();
    const state = await person.authorize();
    await person.refuse();
    const { error, iss } = await site.party.answer(state);
    assert.equal(error, "access_denied");
    assert.equal(iss ?? site.url, site.url);
    await person.close();
  });

  test("form_post sends itself under the policy of the page", async () => {
    const person = await site.user();
    const state = await person.authorize({ response_mode: "form_post" });
    await person.allow();
    await person.page.waitForURL(`${site.party.url}/callback`);
    const answer = await site.party.answer(state);
    assert.equal(answer.method, "POST");
    assert.ok(answer.code);
    assert.ok(person.seen.some(({ headers }) => headers.includes("script-src 'unsafe-hashes' 'sha256-")));
    await person.close();
  });

  test("back button after the consent shows a link to the app and no form", async () => {
    const person = await site.user();
    const state = await person.authorize();
    await person.allow();
    await site.party.answer(state);
    const response = await person.page.goBack();
    assert.equal(response.status(), 400);
    assert.match(await person.page.locator("main").innerText(), /Go back to the app and start again/);
    assert.equal(await person.page.locator("button[value=allow]").count(), 0);
    const link = person.page.getByRole("link", { name: "Go back to Recipe Box" });
    assert.equal(await link.getAttribute("href"), `${site.party.url}/`);
    await person.close();
  });

  test("consent names the account and the host of the app", async () => {
    const person = await site.user();
    await person.authorize();
    const main = await person.page.locator("main").innerText();
    assert.ok(main.includes(`You are logged in as Alice Liddell (${person.name}).`), main);
    assert.ok(main.includes(`You will continue to ${new URL(site.party.url).host}.`), main);
    await person.close();
  });

  test("another account at the consent continues the request", async () => {
    const other = await site.user();
    const person = await site.user();
    const state = await person.authorize();
    await person.click(person.page.getByRole("link", { name: "Not you? Use another account" }));
    await person.logIn(other.name);
    assert.ok((await person.page.locator("main").innerText()).includes(`(${other.name})`));
    await person.allow();
    const tokens = await site.party.tokens(state);
    assert.equal((await site.party.userinfo(tokens.access_token)).email, `${other.name}@example.com`);
    await other.close();
    await person.close();
  });

  test("logout at the consent ends the session, and another user continues the request", async () => {
    const other = await site.user();
    const person = await site.user();
    const state = await person.authorize();
    await person.click(person.page.getByRole("link", { name: "Log out" }));
    await person.click(person.page.getByRole("link", { name: "Cancel" }));
    assert.match(await person.heading(), /^Recipe Box wants/);
    const before = await person.sessionCookie();
    await person.click(person.page.getByRole("link", { name: "Log out" }));
    await person.click(person.button("Log out"));
    assert.notEqual((await person.sessionCookie()).value, before.value);
    assert.equal(await person.heading(), "Log in to continue to Recipe Box");
    await person.logIn(other.name);
    await person.allow();
    const tokens = await site.party.tokens(state);
    assert.equal((await site.party.userinfo(tokens.access_token)).email, `${other.name}@example.com`);
    await other.close();
    await person.close();
  });

  test("word for a scope that cannot be refused stands beside the scope", async () => {
    const person = await site.user();
    await person.authorize();
    const gap = await person.page.locator(".fixed small").evaluate((small) => {
      const words = document.createRange();
      words.selectNodeContents(small.previousSibling);
      return small.getBoundingClientRect().left - words.getBoundingClientRect().right;
    });
    assert.ok(gap < 8, `${gap} pixels`);
    await person.close();
  });

  test("back button in another tab of the app after the consent leads to the app", async () => {
    const user = await site.user();
    const person = await site.person();
    await person.authorize();
    const firstTab = person.page;
    const secondTab = await person.newTab();
    const state = await person.authorize();
    await person.logIn(user.name);
    assert.match(await person.heading(), /^Recipe Box wants/);
    person.page = firstTab;
    await person.logIn(user.name);
    await person.allow();
    person.page = secondTab;
    await person.open("/assets/style.css");
    await person.page.goBack();
    assert.ok((await site.party.answer(state)).code);
    await user.close();
    await person.close();
  });

  test("consent page that is reloaded still works", async () => {
    const person = await site.user();
    const state = await person.authorize();
    await person.page.reload();
    await person.allow();
    assert.ok((await site.party.tokens(state)).access_token);
    await person.close();
  });

  test("ticket is in no page, no URL and no cookie", async () => {
    const start = site.tickets.length;
    const user = await site.user();
    const person = await site.person();
    const state = await person.authorize();
    await person.logIn(user.name);
    await person.allow();
    await site.party.answer(state);
    const denied = await person.authorize({ prompt: "consent" });
    await person.refuse();
    await site.party.answer(denied);
    const tickets = site.tickets.slice(start);
    assert.ok(tickets.length >= 2);
    const everything = JSON.stringify([person.seen, await person.context.cookies()]);
    assert.ok(person.seen.length >= 4);
    for (const ticket of tickets) assert.ok(!everything.includes(ticket));
    await user.close();
    await person.close();
  });

  test("connected app is listed with what it can do, and loses its access when it is disconnected", async () => {
    const person = await site.user();
    const state = await person.authorize();
    await person.allow();
    const { refresh_token, access_token } = await site.party.tokens(state);
    const refreshed = await site.party.call("/token", { grant_type: "refresh_token", refresh_token });
    assert.equal(refreshed.status, 200);
    await person.open("/account");
    const apps = person.page.getByRole("region", { name: "Connected apps" });
    assert.match(await apps.innerText(), /Recipe Box[\s\S]*See your e-mail address/);
    await person.click(person.button("Disconnect: Recipe Box"));
    assert.match(await apps.innerText(), /No app has access/);
    const failed = await site.party.call("/token", { grant_type: "refresh_token", refresh_token: refreshed.refresh_token ?? refresh_token });
    assert.equal(failed.status, 400);
    assert.equal(failed.error, "invalid_grant");
    assert.notEqual((await site.party.userinfo(access_token).catch(() => ({}))).name, "Alice Liddell");
    await person.authorize();
    assert.match(await person.heading(), /^Recipe Box wants/);
    await person.close();
  });

  test("device is connected with the code that it shows", async () => {
    const person = await site.user();
    const device = await site.party.call("/device_authorization", { scope: "openid email profile" });
    await person.open("/device");
    await person.page.fill("#user_code", "WRONG-CODE");
    await person.click(person.button("Continue"));
    assert.match(await person.page.getByRole("alert").innerText(), /code is not valid/);
    await person.page.fill("#user_code", device.user_code);
    await person.click(person.button("Continue"));
    assert.equal(await person.heading(), "Connect Recipe Box?");
    await person.page.getByLabel("See your e-mail address").uncheck();
    await person.allow();
    assert.match(await person.page.locator("main").innerText(), /You can go back to your device/);
    const tokens = await poll(device);
    assert.deepEqual(tokens.scope.split(" ").sort(), ["openid", "profile"]);
    await assertConnected(person);
    await person.close();
  });

  test("devices in two tabs: each decision is for the device of its tab", async () => {
    const person = await site.user();
    const devices = [];
    for (let tab = 0; tab < 2; tab += 1) {
      const device = await site.party.call("/device_authorization", { scope: "openid" });
      if (tab > 0) await person.newTab();
      await person.open("/device");
      await person.page.fill("#user_code", device.user_code);
      await person.click(person.button("Continue"));
      assert.ok((await person.page.locator("main").innerText()).includes(device.user_code));
      devices.push({ device, page: person.page });
    }
    const [first, second] = devices;
    person.page = first.page;
    await person.allow();
    assert.ok((await poll(first.device)).access_token);
    assert.equal((await poll(second.device)).error, "authorization_pending");
    person.page = second.page;
    await person.refuse();
    assert.match(await person.page.locator("main").innerText(), /was not connected/);
    await sleep(1100);
    assert.equal((await poll(second.device)).error, "access_denied");
    await person.close();
  });

  test("device link with the code asks to confirm, and a refusal reaches the device", async () => {
    const user = await site.user();
    const person = await site.person();
    const device = await site.party.call("/device_authorization", { scope: "openid" });
    await person.open(device.verification_uri_complete);
    await person.logIn(user.name);
    assert.equal(await person.page.inputValue("#user_code"), device.user_code);
    await person.click(person.button("Continue"));
    await person.refuse();
    assert.match(await person.page.locator("main").innerText(), /was not connected/);
    assert.equal((await poll(device)).error, "access_denied");
    await user.close();
    await person.close();
  });

  const assertConnected = async (person) => {
    await person.open("/account");
    const apps = person.page.getByRole("region", { name: "Connected apps" });
    assert.match(await apps.innerText(), /Recipe Box[\s\S]*Recognize you/);
    assert.ok(await person.button("Disconnect: Recipe Box").isVisible());
  };

  const poll = ({ device_code }) =>
    site.party.call("/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });

  const ask = async (person, message) => {
    const asked = await site.party.call("/backchannel_authentication", { scope: "openid email", login_hint: person.name, binding_message: message });
    assert.equal(asked.status, 200, JSON.stringify(asked));
    await person.openRequests(1);
    assert.equal(await person.page.getByRole("heading", { level: 2 }).innerText(), "Recipe Box asks you to confirm");
    assert.ok((await person.page.locator("main").innerText()).includes(message));
    return () => site.party.call("/token", { grant_type: "urn:openid:params:grant-type:ciba", auth_req_id: asked.auth_req_id });
  };

  test("backchannel request is approved", async () => {
    const person = await site.user();
    const tokens = await ask(person, "W4SCT");
    await person.allow();
    assert.match(await person.page.locator("main").innerText(), /Done/);
    assert.ok((await tokens()).access_token);
    await assertConnected(person);
    await person.open("/requests");
    assert.match(await person.page.locator("main").innerText(), /No app is waiting/);
    await person.close();
  });

  test("backchannel request is refused", async () => {
    const person = await site.user();
    const tokens = await ask(person, "X-17");
    await person.refuse();
    assert.equal((await tokens()).error, "access_denied");
    await person.close();
  });
});
