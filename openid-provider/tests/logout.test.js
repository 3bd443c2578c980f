// The end of sessions, and the logout tokens of their clients.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Site } from "./people.js";

describe("logout", () => {
  let site;
  beforeEach(async () => {
    site = await Site.start();
  });
  afterEach(() => site.stop());

  const useApp = async (person, client = "recipes") => {
    const state = await person.authorize({ client });
    if (!person.page.url().startsWith(site.party.url)) await person.allow();
    return site.party.tokens(state, client);
  };

  test("session that is ended at the account page of another one ends, and the client gets a logout token for each", async () => {
    const here = await site.user();
    const there = await site.person();
    await there.open("/login");
    await there.logIn(here.name);
    const ofHere = await useApp(here);
    const ofThere = await useApp(there);
    assert.notEqual(ofHere.claims.sid, ofThere.claims.sid);

    await here.open("/account");
    const sessions = here.page.getByRole("region", { name: "Where you are logged in" });
    assert.equal(await sessions.getByRole("listitem").count(), 2);
    await here.click(sessions.getByRole("button"));
    assert.equal(await sessions.getByRole("listitem").count(), 1);
    const [first] = await site.party.loggedOut(1);
    assert.equal(first.sid, ofThere.claims.sid);
    assert.equal(first.sub, ofThere.claims.sub);
    await there.open("/account");
    assert.match(there.page.url(), /\/login$/);

    await here.logOut();
    assert.equal(await here.heading(), "You are logged out");
    const logouts = await site.party.loggedOut(2);
    assert.deepEqual(logouts.map(({ sid }) => sid), [ofThere.claims.sid, ofHere.claims.sid]);
    await here.open("/account");
    assert.match(here.page.url(), /\/login$/);
    await here.close();
    await there.close();
  });

  test("client that the user refused gets no logout token", async () => {
    const person = await site.user();
    const state = await person.authorize({ client: "photos" });
    await person.refuse();
    await site.party.answer(state);
    await useApp(person);
    await person.logOut();
    await site.party.loggedOut(1);
    await sleep(500);
    assert.equal(site.party.logouts.length, 1);
    assert.equal(site.party.logouts[0].aud.toString(), "20000000000011");
    await person.close();
  });

  test("every client of the session gets a logout token", async () => {
    const person = await site.user();
    await useApp(person);
    await useApp(person, "photos");
    await person.logOut();
    const logouts = await site.party.loggedOut(2);
    assert.deepEqual(logouts.map(({ aud }) => aud.toString()).sort(), ["20000000000011", "20000000000012"]);
    await person.close();
  });

  const endSession = (parameters) => `/logout?${new URLSearchParams({ post_logout_redirect_uri: `${site.party.url}/bye`, state: "s1", ...parameters })}`;

  test("logout that a client asks for is confirmed by the user and goes back to the client", async () => {
    const person = await site.user();
    const { id_token, claims } = await useApp(person);
    await person.open(endSession({ id_token_hint: id_token }));
    assert.equal(await person.heading(), "Do you want to log out?");
    assert.ok((await person.page.locator("main").innerText()).includes(`(${person.name})`));
    await person.click(person.button("Log out"));
    assert.equal(person.page.url(), `${site.party.url}/bye?state=s1`);
    assert.equal((await site.party.loggedOut(1))[0].sid, claims.sid);
    await person.open("/account");
    assert.match(person.page.url(), /\/login$/);
    await person.close();
  });

  test("logout that a client asks for without a session goes back to the client at once", async () => {
    const person = await site.user();
    const { id_token } = await useApp(person);
    await person.logOut();
    await person.open(endSession({ id_token_hint: id_token }));
    assert.equal(person.page.url(), `${site.party.url}/bye?state=s1`);
    await person.close();
  });

  test("logout to a page that the client has not registered stays here", async () => {
    const person = await site.user();
    const { id_token } = await useApp(person);
    await person.open(endSession({ id_token_hint: id_token, post_logout_redirect_uri: `${site.party.url}/callback` }));
    await person.click(person.button("Log out"));
    assert.match(await person.page.locator("main").innerText(), /You are logged out/);
    await person.close();
  });

  test("logout at the URL of a request that is over ends the session, and continues nothing", async () => {
    const person = await site.user();
    await person.open("/log-out?flow=unknown");
    await person.click(person.button("Log out"));
    assert.equal(await person.heading(), "You are logged out");
    await person.close();
  });

  test("logout page of an earlier request does not lead to the client of a later one", async () => {
    const person = await site.user();
    const { id_token } = await useApp(person);
    await person.open(endSession({ state: "first" }));
    const form = person.page.locator("form").filter({ has: person.button("Log out") });
    const former = await form.locator("[name=request]").inputValue();
    await person.open(endSession({ id_token_hint: id_token }));
    await form.locator("[name=request]").evaluate((field, value) => (field.value = value), former);
    await person.click(person.button("Log out"));
    assert.equal(await person.heading(), "You are logged out");
    await person.close();
  });

  test("cancelled logout does not decide where the next one leads", async () => {
    const person = await site.user();
    const { id_token } = await useApp(person);
    await person.open(endSession({ id_token_hint: id_token }));
    await person.click(person.page.getByRole("link", { name: "Cancel" }));
    assert.equal(site.party.logouts.length, 0);
    await person.click(person.page.getByRole("link", { name: "Log out" }));
    await person.click(person.button("Log out"));
    assert.ok(person.page.url().startsWith(site.url), person.page.url());
    assert.match(await person.page.locator("main").innerText(), /You are logged out/);
    await person.close();
  });
});
