// A person at a browser, who reads the forms of a page and fills them in.

import assert from "node:assert/strict";
import { forms, totp } from "./forms.js";
import { REDIRECT_URI } from "./keys.js";
import { server } from "./server.js";

export class Browser {
  #cookies = new Map();
  /** The forms of the page that the person sees. */
  #forms = [];
  #page = "";

  constructor(issuer) {
    this.issuer = issuer;
  }

  async #fetch(url, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...options, headers: { ...options.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const [name, value] = pair.split("=");
      if (value) this.#cookies.set(name, value);
      else this.#cookies.delete(name);
    }
    return response;
  }

  /** The page at a URL, or where the browser is sent: `{ page }`, `{ url }` or `{ form }`. */
  async open(url) {
    return this.#read(await this.#fetch(url));
  }

  /** Whether the page has this field. */
  asks(field) {
    return this.#forms.some(({ fields }) => fields.some(({ name }) => name === field));
  }

  /** Sends the first form of the page, or the one with a field: its hidden fields, the boxes but those unticked, what is filled in, and one of its buttons. */
  async send(filled = {}, { unticked = [], button = 0 } = {}) {
    const [known = ""] = Object.keys(filled);
    const form = this.#forms.find(({ fields }) => !known || fields.some(({ name }) => name === known));
    assert.ok(form, `there is no form for ${known}: ${this.#page}`);
    const kept = form.fields.filter(({ name, type, value }) => {
      const isBox = type === "checkbox";
      return name && !(name in filled) && (type === "hidden" || (isBox && !unticked.includes(value)));
    });
    const body = new URLSearchParams(kept.map(({ name, value }) => [name, value]));
    for (const [name, value] of Object.entries(filled)) body.append(name, value);
    const pressed = form.buttons[button];
    assert.ok(pressed, `there is no button ${button}: ${this.#page}`);
    if (pressed.name) body.append(pressed.name, pressed.value);
    return this.#read(await this.#fetch(`${this.issuer}${form.action}`, { method: "POST", body }));
  }

  async logIn(user = "alice") {
    return this.send({ name: user, password: server.users[user].password });
  }

  /** Logs in at a page that needs it. */
  async logInFirst(user) {
    await this.open(`${this.issuer}${server.phone}`);
    return this.logIn(user);
  }

  /** Agrees to all scopes of the page but some. */
  async agree(refused = []) {
    return this.send({}, { unticked: refused });
  }

  async refuse() {
    return this.send({}, { button: 1 });
  }

  /** Through all pages until the client gets an answer. */
  async authorize(url, { refused, user = "alice", secondFactor = false } = {}) {
    let step = await this.open(url);
    for (let pages = 0; step.page && pages < 5; pages += 1) {
      if (this.asks("password")) {
        const { password, code } = server.users[user];
        // Where the code is on the page of the password.
        step = await this.send({ name: user, password, ...(secondFactor && this.asks("code") && { code }) });
      } else if (this.asks("code")) {
        const [, secret] = step.page.match(/class="secret">([A-Z2-7]+)</);
        step = await this.send({ code: totp(secret) });
      } else {
        step = await this.agree(refused);
      }
    }
    assert.ok(!step.page, step.page);
    return step.url ?? step.form;
  }

  async #read(response) {
    const location = response.headers.get("location");
    if (location?.startsWith("/")) return this.open(`${this.issuer}${location}`);
    if (location) {
      assert.ok(location.startsWith(new URL(REDIRECT_URI).origin), location);
      return { url: new URL(location) };
    }
    const page = await response.text();
    assert.equal(response.status, 200, page);
    this.#page = page;
    this.#forms = forms(page);
    const toClient = this.#forms.find(({ action }) => action === REDIRECT_URI);
    if (toClient) {
      // The page of `response_mode=form_post`, which sends itself.
      const fields = toClient.fields.map(({ name, value }) => [name, value]);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return { form: new Request(REDIRECT_URI, { method: "POST", headers, body: new URLSearchParams(fields) }) };
    }
    return { page };
  }
}
