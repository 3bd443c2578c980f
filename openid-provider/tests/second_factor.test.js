// Two-step verification.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { PASSWORD, Site } from "./people.js";

const MFA = "https://refeds.org/profile/mfa";
const STEP = 30_000;
const CLAIMS = JSON.stringify({ id_token: { acr: { essential: true, values: [MFA] } } });

/** The authenticator app of a user. The server takes the codes of the step before and of the step after, too. */
class App {
  constructor(secret) {
    this.totp = new TOTP({ secret: Secret.fromBase32(secret) });
  }

  /** The code of this step, for the set-up. It stays valid if the step ends before the server sees it. */
  first() {
    this.used = this.totp.generate();
    return this.used;
  }

  /** The code of the next step, which is newer than that of the set-up. */
  next() {
    return this.totp.generate({ timestamp: Date.now() + STEP });
  }
}

describe("second factor", () => {
  let site;
  before(async () => {
    site = await Site.start();
  });
  after(() => site.stop());

  const enter = async (person, code) => {
    await person.page.fill("#code", code);
    await person.click(person.button("Continue"));
  };

  const setUp = async (person) => {
    const app = new App(await person.page.locator("code.secret").innerText());
    await enter(person, app.first());
    return app;
  };

  const setUpAtAccount = async (person) => {
    await person.open("/account");
    await person.click(person.page.getByRole("link", { name: "Set up" }));
    return setUp(person);
  };

  test("second factor that is set up is asked for at the next login, and a code counts once", async () => {
    const person = await site.user();
    const app = await setUpAtAccount(person);
    assert.equal(person.page.url(), `${site.url}/account`);
    assert.match(await person.page.locator("main").innerText(), /On: logging in takes your password and a code/);
    await person.logOut();

    const state = await person.authorize();
    await person.logIn(person.name);
    assert.equal(await person.heading(), "Two-step verification");
    await enter(person, app.used);
    assert.match(await person.page.getByRole("alert").innerText(), /wrong, or was used already/);
    await enter(person, app.next());
    await person.allow();
    const { claims } = await site.party.tokens(state);
    assert.equal(claims.acr ?? MFA, MFA);
    await person.close();
  });

  test("wrong code at the set-up shows the same key again", async () => {
    const person = await site.user();
    await person.open("/account/second-factor");
    const secret = await person.page.locator("code.secret").innerText();
    await enter(person, "000000");
    assert.match(await person.page.getByRole("alert").innerText(), /wrong/);
    assert.equal(await person.page.locator("code.secret").innerText(), secret);
    await person.close();
  });

  test("set-up can be cancelled, and the code has the focus", async () => {
    const person = await site.user();
    await person.open("/account/second-factor");
    await person.page.waitForFunction(() => document.activeElement.id === "code");
    await person.click(person.page.getByRole("link", { name: "Cancel" }));
    assert.equal(person.page.url(), `${site.url}/account`);
    const state = await person.authorize({ claims: CLAIMS });
    await person.click(person.button("Cancel and go back to Recipe Box"));
    assert.equal((await site.party.answer(state)).error, "access_denied");
    await person.close();
  });

  test("password alone opens no page of the user who has a second factor", async () => {
    const person = await site.user();
    await setUpAtAccount(person);
    await person.logOut();
    await person.open("/login");
    await person.logIn(person.name);
    for (const path of ["/account", "/account/second-factor", "/requests", "/device"]) {
      await person.open(path);
      assert.match(person.page.url(), /\/login$/, path);
    }
    const state = await person.authorize({ prompt: "none" });
    assert.equal((await site.party.answer(state)).error, "login_required");
    await person.close();
  });

  test("essential acr makes a session with a password alone set up the second factor", async () => {
    const person = await site.user();
    const state = await person.authorize({ claims: CLAIMS });
    assert.match(await person.page.locator("main").innerText(), /This app asks for two-step verification/);
    await setUp(person);
    await person.allow();
    const { claims } = await site.party.tokens(state);
    assert.equal(claims.acr, MFA);
    await person.close();
  });

  test("voluntary acr demands no second factor of a user who has none", async () => {
    const person = await site.user();
    const state = await person.authorize({ acr_values: MFA });
    await person.allow();
    const { claims } = await site.party.tokens(state);
    assert.notEqual(claims.acr, MFA);
    await person.close();
  });

  test("voluntary acr asks a user who has a second factor for it", async () => {
    const person = await site.user();
    const elsewhere = await site.person();
    await elsewhere.open("/login");
    await elsewhere.logIn(person.name);
    const app = await setUpAtAccount(elsewhere);
    const state = await person.authorize({ acr_values: MFA });
    assert.equal(await person.heading(), "Two-step verification");
    await enter(person, app.next());
    await person.allow();
    assert.equal((await site.party.tokens(state)).claims.acr, MFA);
    await elsewhere.close();
    await person.close();
  });

  test("essential acr makes a session with a password alone step up once", async () => {
    const person = await site.user();
    const elsewhere = await site.person();
    await elsewhere.open("/login");
    await elsewhere.logIn(person.name);
    const app = await setUpAtAccount(elsewhere);

    const state = await person.authorize({ claims: CLAIMS });
    assert.equal(await person.heading(), "Two-step verification");
    await enter(person, app.next());
    await person.allow();
    assert.equal((await site.party.tokens(state)).claims.acr, MFA);
    const again = await person.authorize({ claims: CLAIMS });
    assert.equal((await site.party.tokens(again)).claims.acr, MFA);
    await elsewhere.close();
    await person.close();
  });

  test("session with a password alone can neither replace nor remove the second factor", async () => {
    const person = await site.user();
    const elsewhere = await site.person();
    await elsewhere.open("/login");
    await elsewhere.logIn(person.name);
    // Both began to set it up, and one was faster.
    await person.open("/account/second-factor");
    const slow = person.page;
    const late = new App(await slow.locator("code.secret").innerText());
    const app = await setUpAtAccount(elsewhere);

    await enter(person, late.first());
    assert.equal(await person.heading(), "Two-step verification");
    assert.equal(await person.page.locator("code.secret").count(), 0);
    await person.open("/account/second-factor");
    assert.match(person.page.url(), /\/second-factor$/);
    assert.equal(await person.page.locator("code.secret").count(), 0);

    await person.open("/account");
    await person.click(person.button("Turn off"));
    assert.equal(await person.heading(), "Two-step verification");
    await enter(person, app.next());
    assert.equal(person.page.url(), `${site.url}/account`);
    assert.ok(await person.button("Turn off").isVisible());
    await person.click(person.button("Turn off"));
    await person.page.fill("#password", "wrong password");
    await person.click(person.button("Turn off"));
    assert.equal(await person.page.getByRole("alert").innerText(), "The current password is wrong.");
    await person.page.fill("#password", PASSWORD);
    await person.click(person.button("Turn off"));
    assert.ok(await person.page.getByRole("link", { name: "Set up" }).isVisible());
    await elsewhere.close();
    await person.close();
  });
});
