// Users with browsers, and what they need: the emulator, the provider, a relying party and Chromium.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { chromium } from "playwright-core";
import { startEmulator, startProvider } from "./harness.js";
import { RelyingParty } from "./relying_party.js";

// Each program has one that ends it.
process.setMaxListeners(0);

const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const PASSWORD = "a sentence to remember";
/** The smallest phone. */
export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 820 };

/** A proxy between the provider and Authlete that records the tickets of responses. */
async function recordTickets(environment) {
  const target = new URL(environment.AUTHLETE_BASE_URL);
  const tickets = [];
  const server = http.createServer((request, response) => {
    const { method, url: path, headers } = request;
    const passed = http.request({ host: target.hostname, port: target.port, path, method, headers }, async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      for (const [, ticket] of body.toString().matchAll(/"ticket"\s*:\s*"([^"]+)"/g)) tickets.push(ticket);
      response.writeHead(answer.statusCode, answer.headers).end(body);
    });
    passed.on("error", () => response.destroy());
    request.pipe(passed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  return { tickets, server, environment: { ...environment, AUTHLETE_BASE_URL: url } };
}

/** A provider with everything around it. */
export class Site {
  #people = 0;
  #names = 0;

  /** `clients` has more members of clients by their alias. */
  static async start({ settings, clients } = {}) {
    const site = new Site();
    site.party = await RelyingParty.start();
    site.emulator = await startEmulator(await site.party.seed(clients));
    site.recorder = await recordTickets(site.emulator.environment);
    site.tickets = site.recorder.tickets;
    site.provider = await startProvider({ settings, environment: site.recorder.environment });
    site.url = site.provider.url;
    site.party.issuer = site.url;
    site.browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
    return site;
  }

  /** A provider on its own emulator, with the demo app. */
  static async startDemo() {
    const site = new Site();
    site.provider = await startProvider();
    site.url = site.provider.url;
    site.browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
    return site;
  }

  async stop() {
    await this.browser.close();
    await this.provider.stop();
    await this.emulator?.stop();
    this.recorder?.server.closeAllConnections();
    this.recorder?.server.close();
    this.party?.stop();
  }

  /** A person with a new browser, not logged in. */
  async person(options = {}) {
    const context = await this.browser.newContext({ locale: "en-US", viewport: DESKTOP, ...options });
    context.setDefaultTimeout(15_000);
    const person = new Person(this, context);
    await person.newTab();
    return person;
  }

  /** A user who has just signed up, with a new browser. */
  async user(options) {
    const person = await this.person(options);
    await person.signUp(this.newName());
    return person;
  }

  newName() {
    this.#names += 1;
    return `user-${this.#names}`;
  }
}

export class Person {
  /** The text of all documents that the browser has shown, with their URLs and headers. */
  seen = [];
  problems = [];

  constructor(site, context) {
    this.site = site;
    this.context = context;
  }

  async newTab() {
    this.page = await this.context.newPage();
    this.page.on("pageerror", (error) => this.problems.push(String(error)));
    this.page.on("console", (message) => {
      // A page with an error status is one that the server meant to send.
      const isPage = message.text().startsWith("Failed to load resource: the server responded with a status of");
      if (message.type() === "error" && !isPage) this.problems.push(`${message.text()} (${message.location().url})`);
    });
    this.page.on("response", async (response) => {
      if (response.request().resourceType() !== "document" || !response.url().startsWith(this.site.url)) return;
      const seen = { url: response.url(), text: "", headers: JSON.stringify(response.headers()) };
      this.seen.push(seen);
      // A page that sends itself may be gone before its text is read.
      seen.text = await response.text().catch(() => "");
    });
    return this.page;
  }

  async close() {
    const { problems } = this;
    await this.context.close();
    assert.deepEqual(problems, [], "the console of the browser has no errors");
  }

  async open(path) {
    return this.page.goto(new URL(path, this.site.url).href);
  }

  /** Sends the browser to the provider as a client does. Returns the state. */
  async authorize(parameters) {
    const { state, url } = this.site.party.request(parameters);
    await this.page.goto(url);
    return state;
  }

  /** Opens the page of requests until it has so many: the client gets its response before the server has stored its request. */
  async openRequests(count) {
    for (let tries = 0; tries < 100; tries += 1) {
      await this.open("/requests");
      if ((await this.page.locator("main section").count()) === count) return;
    }
    throw new Error("the requests are not there");
  }

  /** Clicks on an element that leads to another page. */
  async click(locator) {
    try {
      await Promise.all([this.page.waitForNavigation(), locator.click()]);
    } catch (error) {
      const text = await this.page.locator("body").innerText();
      throw new Error(`${error.message}\nThe browser is at ${this.page.url()}:\n${text}`, { cause: error });
    }
  }

  /** The button that sends the form of the page. */
  submit() {
    return this.page.locator("main form button").first();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  heading() {
    return this.page.getByRole("heading", { level: 1 }).innerText();
  }

  async signUp(name, path = "/sign-up") {
    this.name = name;
    if (path) await this.open(path);
    await this.page.fill("#name", name);
    await this.page.fill("#display_name", "Alice Liddell");
    await this.page.fill("#email", `${name}@example.com`);
    await this.page.fill("#password", PASSWORD);
    await this.click(this.submit());
  }

  /** Fills in the login that is shown. */
  async logIn(name, password = PASSWORD) {
    await this.page.fill("#name", name);
    await this.confirm(password);
  }

  /** Fills in the password alone. */
  async confirm(password = PASSWORD) {
    await this.page.fill("#password", password);
    await this.click(this.submit());
  }

  async logOut() {
    await this.open("/log-out");
    await this.click(this.submit());
  }

  async allow() {
    await this.click(this.page.locator("button[value=allow]"));
  }

  async refuse() {
    await this.click(this.page.locator("button[value=refuse]"));
  }

  async sessionCookie() {
    const cookies = await this.context.cookies(this.site.url);
    return cookies.find(({ name }) => name === "session");
  }
}
