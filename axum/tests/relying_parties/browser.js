// A simulated browser that parses the forms and links of a page, and uses them.

import assert from "node:assert/strict";
import { forms, links, totp } from "./forms.js";
import { REDIRECT_URI } from "./keys.js";
import { server } from "./server.js";

export class Browser {
  #cookies = new Map();
  /** The forms of the current page. */
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

  /** Opens a URL. Returns the page or the redirect to the client: `{ page }`, `{ url }` or `{ form }`. */
  async open(url) {
    return this.#read(await this.#fetch(url));
  }

  /** Whether the page has this field. */
  asks(field) {
    return this.#forms.some(({ fields }) => fields.some(({ name }) => name === field));
  }

  /**
   * Submits the first form of the page, or the form with the first field of `values`: its hidden fields, its checkboxes except
   * `unchecked`, `values`, and the button with this index.
   */
  async send(values = {}, { unchecked = [], button = 0 } = {}) {
    const [first = ""] = Object.keys(values);
    const form = this.#forms.find(({ fields }) => !first || fields.some(({ name }) => name === first));
    assert.ok(form, `no form has the field ${first}: ${this.#page}`);
    const defaults = form.fields.filter(({ name, type, value }) => {
      const isCheckbox = type === "checkbox";
      const isDefault = type === "hidden" || (isCheckbox && !unchecked.includes(value));
      return name && !(name in values) && isDefault;
    });
    const body = new URLSearchParams(defaults.map(({ name, value }) => [name, value]));
    for (const [name, value] of Object.entries(values)) body.append(name, value);
    const submitter = form.buttons[button];
    assert.ok(submitter, `the form has no button ${button}: ${this.#page}`);
    if (submitter.name) body.append(submitter.name, submitter.value);
    return this.#read(await this.#fetch(`${this.issuer}${form.action}`, { method: "POST", body }));
  }

  /** Follows the link of the page to this path. */
  async follow(path) {
    const target = links(this.#page).find((target) => target?.split("?")[0] === path);
    assert.ok(target, `no link leads to ${path}: ${this.#page}`);
    return this.open(`${this.issuer}${target}`);
  }

  async logIn(user = "alice") {
    return this.send({ name: user, password: server.users[user].password });
  }

  /** Logs in at a page that requires a session. */
  async logInFirst(user) {
    await this.open(`${this.issuer}${server.phone}`);
    return this.logIn(user);
  }

  /** Consents to all scopes of the page except `refused`. */
  async agree(refused = []) {
    return this.send({}, { unchecked: refused });
  }

  async refuse() {
    return this.send({}, { button: 1 });
  }

  /** Goes through all pages until the client gets a response. */
  async authorize(url, options) {
    return this.complete(await this.open(url), options);
  }

  /** Goes through all pages from this step on. */
  async complete(step, { refused, user = "alice", secondFactor = false } = {}) {
    for (let pages = 0; step.page && pages < 5; pages += 1) {
      if (this.asks("password")) {
        const { password, code } = server.users[user];
        // The example `full` has the field for the code on the login page.
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
      // The page of `response_mode=form_post`, which a browser submits by its script.
      const fields = toClient.fields.map(({ name, value }) => [name, value]);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return { form: new Request(REDIRECT_URI, { method: "POST", headers, body: new URLSearchParams(fields) }) };
    }
    return { page };
  }
}
