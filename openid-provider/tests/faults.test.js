// Faults of the process, the database, Authlete and the disk. And concurrency.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { seed } from "../../axum/tests/relying_parties/seed.js";
import { freePort, place, startEmulator, startPostgres, startProvider } from "./harness.js";
import { authorization, call, Person, redeem, totp } from "./person.js";

const emulator = await startEmulator(seed(0));
after(() => emulator.stop());

/** A proxy between the provider and Authlete, which can be closed and slowed down. */
async function startGate() {
  const behind = new URL(emulator.environment.AUTHLETE_BASE_URL);
  const sockets = new Set();
  const gate = { delay: 0 };
  const server = net.createServer(async (socket) => {
    socket.pause();
    const upstream = net.connect(behind.port, behind.hostname);
    for (const it of [socket, upstream]) {
      sockets.add(it);
      it.on("error", () => it.destroy()).on("close", () => sockets.delete(it));
    }
    socket.on("data", async (data) => {
      await setTimeout(gate.delay);
      upstream.write(data);
    });
    upstream.on("data", (data) => socket.write(data));
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.resume();
  });
  const listen = async (port) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address();
  gate.environment = { ...emulator.environment, AUTHLETE_BASE_URL: `http://127.0.0.1:${port}` };
  gate.close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  gate.open = () => listen(port);
  return gate;
}

const start = (options = {}) => startProvider({ environment: emulator.environment, ...options });

/** A provider for a test, which ends with it. */
async function provide(context, options) {
  const provider = await start(options);
  context.after(() => provider.stop());
  return provider;
}

/** An HTML page with this status. */
function assertPage(answer, status) {
  assert.equal(answer.status, status, answer.page);
  assert.match(answer.type, /^text\/html/);
  assert.match(answer.page, /<h1>/);
}

/** The page leads back to this URL, in this language and in another one. */
function assertLeadsTo({ page }, url) {
  assert.ok(page.includes(`<a class="button" href="${url}`), page);
  assert.ok(page.includes(`name="return_to" value="${url}`), page);
}

async function assertFinishes(provider, answer) {
  assert.ok(answer.redirect, answer.page);
  const tokens = await redeem(provider, answer.redirect);
  assert.ok(tokens.id_token, JSON.stringify(tokens));
}

/** A client sends a backchannel request, and its user opens the page for it. */
async function askWithoutBrowser(person, name) {
  const request = { scope: "openid", login_hint: name, binding_message: "W4SCT" };
  const asked = await call(person.provider, "/backchannel_authentication", request);
  let page = await person.open("/requests");
  for (let attempts = 0; attempts < 50 && !page.page.includes("W4SCT"); attempts += 1) {
    await setTimeout(100);
    page = await person.open("/requests");
  }
  return { asked, page };
}

/** Users who agree in two tabs at once, whose requests go to two instances: neither consent is lost. */
async function consentsAtOnce(first, second) {
  for (let round = 0; round < 5; round += 1) {
    const person = new Person(first);
    await person.signUp(`consent-${round}`);
    const scopes = ["openid profile", "openid email"];
    const pages = [];
    for (const scope of scopes) pages.push(await person.open(authorization(first, { scope })));
    const sending = [person.send(pages[0], "/consent")];
    person.provider = second;
    sending.push(person.send(pages[1], "/consent"));
    for (const answer of await Promise.all(sending)) await assertFinishes(first, answer);
    const both = await person.open(authorization(first, { scope: "openid profile email", prompt: "none" }));
    assert.ok(new URL(both.redirect).searchParams.get("code"), both.redirect);
  }
}

/** A user whose tabs all open at once: no request is lost. */
async function tabsAtOnce(first, second) {
  const person = new Person(first);
  await person.signUp("tabs");
  const tabs = Array.from({ length: 6 }, (_, number) => authorization([first, second][number % 2], { prompt: "consent" }));
  const pages = await Promise.all(tabs.map((tab) => person.open(tab)));
  for (const page of pages) await assertFinishes(first, await person.send(page, "/consent"));
}

const statusOf = async (provider, path) => (await fetch(`${provider.url}${path}`)).status;

test("kill between login and consent: the browser finishes the flow after a restart", async (context) => {
  const cwd = place();
  const port = await freePort();
  const options = { cwd, settings: { listen: `127.0.0.1:${port}` } };
  const killed = await start(options);
  const person = new Person(killed);
  await person.signUp("alice");
  const consent = await person.open(authorization(killed));
  await killed.stop("SIGKILL");

  const provider = await provide(context, options);
  await assertFinishes(provider, await person.send(consent, "/consent"));
  const { page } = await person.open("/account");
  assert.match(page, /<h3>web<\/h3>/);
  const other = await new Person(provider).logIn("alice");
  assert.match(other.url, /\/account$/);
});

test("kill after a consent: it is not asked for again", async (context) => {
  const cwd = place();
  const port = await freePort();
  const options = { cwd, settings: { listen: `127.0.0.1:${port}` } };
  const killed = await start(options);
  const person = new Person(killed);
  await person.signUp("alice");
  await person.send(await person.open(authorization(killed)), "/consent");
  await killed.stop("SIGKILL");

  const provider = await provide(context, options);
  await assertFinishes(provider, await person.open(authorization(provider)));
});

test("users whose sign-up was answered are there after a kill", async (context) => {
  const cwd = place();
  const port = await freePort();
  const options = { cwd, settings: { listen: `127.0.0.1:${port}` } };
  for (let number = 0; number < 3; number += 1) {
    const killed = await start(options);
    const { url } = await new Person(killed).signUp(`user-${number}`);
    await killed.stop("SIGKILL");
    assert.match(url, /\/account$/);
  }
  const provider = await provide(context, options);
  for (let number = 0; number < 3; number += 1) {
    const { url } = await new Person(provider).logIn(`user-${number}`);
    assert.match(url, /\/account$/);
  }
});

test("with PostgreSQL", async (context) => {
  const postgres = await startPostgres();
  context.after(() => postgres.stop());
  const url = `http://localhost:${await freePort()}`;
  const settings = { database: postgres.url, url };
  // Both bring the tables up to date.
  const instances = await Promise.all([start({ settings }), start({ settings })]);
  // Without a balancer.
  for (const instance of instances) instance.url = `http://localhost:${instance.port}`;
  const [first, second] = instances;
  context.after(() => second.stop());

  await context.test("two sign-ups with the same name at two instances: one succeeds", async () => {
    const people = Array.from({ length: 6 }, (_, number) => new Person(instances[number % 2]));
    const pages = await Promise.all(people.map((person) => person.open("/sign-up")));
    const answers = await Promise.all(people.map((person, number) => person.signUp("bob", undefined, pages[number])));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422, 422, 422, 422]);
  });

  await context.test("two consents at once are both kept", () => consentsAtOnce(first, second));
  await context.test("tabs that open at once do not lose each other's request", () => tabsAtOnce(first, second));

  await context.test("the instance that began a flow is killed: the other one finishes it", async () => {
    const person = new Person(first);
    await person.signUp("alice");
    const consent = await person.open(authorization(first));
    await first.stop("SIGKILL");
    person.provider = second;
    await assertFinishes(second, await person.send(consent, "/consent"));
  });

  await context.test("the database restarts: the flow continues", async () => {
    const person = new Person(second);
    await person.logIn("alice");
    const consent = await person.open(authorization(second, { prompt: "consent" }));
    postgres.stop();
    person.language = "ja";
    const away = await person.send(consent, "/consent");
    assertPage(away, 503);
    assert.match(away.page, /<html lang="ja">/);
    assertLeadsTo(away, "/consent?flow=");
    assertPage(await new Person(second).open("/login"), 503);
    assertPage(await new Person(second).open(authorization(second)), 503);
    assert.equal(await statusOf(second, "/ready"), 503);
    assert.equal(await statusOf(second, "/health"), 200);

    await postgres.restart();
    assert.equal(await statusOf(second, "/ready"), 200);
    await assertFinishes(second, await person.send(consent, "/consent"));
  });
});

test("the password of PostgreSQL comes from the environment, with any character", async (context) => {
  const password = "p@ss/w:rd?#%";
  const postgres = await startPostgres({ password });
  context.after(() => postgres.stop());
  const environment = { ...emulator.environment, PGPASSWORD: password };
  const provider = await provide(context, { environment, settings: { database: postgres.url } });
  const { url } = await new Person(provider).signUp("alice");
  assert.match(url, /\/account$/);
});

test("Authlete is unavailable for a while: flows continue", async (context) => {
  const gate = await startGate();
  context.after(() => gate.close());
  const provider = await provide(context, { environment: gate.environment });
  const person = new Person(provider, { language: "ja" });
  await person.signUp("alice");
  const consent = await person.open(authorization(provider));

  await gate.close();
  const away = await new Person(provider, { language: "ja" }).open(authorization(provider));
  assertPage(away, 503);
  assert.match(away.page, /<html lang="ja">/);
  assert.equal(await statusOf(provider, "/ready"), 503);
  assert.equal(await statusOf(provider, "/health"), 200);
  assertLeadsTo(away, "/authorize?");
  const interrupted = await person.send(consent, "/consent");
  assertPage(interrupted, 503);
  assertLeadsTo(interrupted, "/continue?flow=");
  assert.match(interrupted.page, /<html lang="ja">/);
  // A login for a client that has the consent goes to Authlete at once, too.
  await gate.open();
  assert.equal(await statusOf(provider, "/ready"), 200);
  await assertFinishes(provider, await person.open(interrupted.url));
  const other = new Person(provider);
  const login = await other.open(authorization(provider));
  await gate.close();
  const again = await other.logIn("alice", undefined, login);
  assertPage(again, 503);
  await gate.open();
  await assertFinishes(provider, await other.open(again.url));

  // A refusal reaches the client, too.
  const refusing = await person.open(authorization(provider, { prompt: "consent" }));
  await gate.close();
  const refused = await person.send(refusing, "/consent", {}, { button: 1 });
  assertPage(refused, 503);
  await gate.open();
  const { redirect } = await person.open(refused.url);
  assert.equal(new URL(redirect).searchParams.get("error"), "access_denied");
});

test("Authlete is unavailable when a user decides on a backchannel request: it can be decided later", async (context) => {
  const gate = await startGate();
  context.after(() => gate.close());
  const provider = await provide(context, { environment: gate.environment });
  const person = new Person(provider);
  await person.signUp("alice");
  const { asked, page } = await askWithoutBrowser(person, "alice");
  await gate.close();
  assertPage(await person.send(page, "/requests"), 503);
  await gate.open();
  const done = await person.send(await person.open("/requests"), "/requests");
  assert.equal(done.status, 200);
  const tokens = await call(provider, "/token", { grant_type: "urn:openid:params:grant-type:ciba", auth_req_id: asked.auth_req_id });
  assert.ok(tokens.id_token, JSON.stringify(tokens));
});

test("full disk: requests are 503, and succeed when there is space again", async (context) => {
  const disk = place();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], { stdio: "pipe" });
  } catch (error) {
    context.skip(`nothing can be mounted here: ${error.stderr}`);
    return;
  }
  context.after(() => execFileSync("umount", ["--lazy", disk]));
  const provider = await provide(context, { settings: { database: `sqlite:${join(disk, "provider.db")}` } });
  const person = new Person(provider);
  await person.signUp("alice");
  const consent = await person.open(authorization(provider));

  const other = new Person(provider);
  const login = await other.open(authorization(provider, { prompt: "login" }));

  const file = join(disk, "filler");
  const filler = openSync(file, "w");
  assert.throws(() => {
    for (;;) {
      writeSync(filler, Buffer.alloc(1024, 1));
      fsyncSync(filler);
    }
  }, /ENOSPC/);
  closeSync(filler);
  // What fits into pages of the file that are there already is still written: sooner or later nothing is.
  let full;
  for (let number = 0; number < 200 && full?.status !== 503; number += 1) full = await new Person(provider).open("/login");
  assertPage(full, 503);
  assertPage(await person.send(consent, "/consent"), 503);
  assertPage(await other.logIn("alice", undefined, login), 503);
  assert.equal(await statusOf(provider, "/health"), 200);

  rmSync(file);
  await assertFinishes(provider, await person.send(consent, "/consent"));
  await assertFinishes(provider, await other.logIn("alice", undefined, login));
  const { url } = await new Person(provider).signUp("bob");
  assert.match(url, /\/account$/);
});

test("SIGTERM during a request: it is answered, and the process exits with 0", async (context) => {
  const gate = await startGate();
  context.after(() => gate.close());
  const provider = await provide(context, { environment: gate.environment });
  const person = new Person(provider);
  gate.delay = 1500;
  const answering = person.open(authorization(provider));
  await setTimeout(500);
  const stopping = provider.stop("SIGTERM");
  // The redirect is answered; the page that it leads to is one of a server that has stopped.
  const error = await answering.catch((error) => error);
  assert.equal(error.cause?.code, "ECONNREFUSED", error);
  assert.ok(person.cookies.session, "the redirect was answered with a session");
  assert.equal(await stopping, 0);
});

test("SIGTERM while a client has sent half a request: the process exits with 0", async (context) => {
  const provider = await start();
  context.after(() => provider.stop("SIGKILL"));
  const client = net.connect(provider.port, "127.0.0.1");
  client.on("error", () => client.destroy());
  client.write("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  await setTimeout(500);
  const ended = await Promise.race([provider.stop("SIGTERM"), setTimeout(30_000, "timeout", { ref: false })]);
  assert.equal(ended, 0);
});

test("concurrent requests", async (context) => {
  const provider = await provide(context);

  await context.test("of 50 sign-ups with the same name one succeeds", async () => {
    const people = Array.from({ length: 50 }, () => new Person(provider));
    const pages = await Promise.all(people.map((person) => person.open("/sign-up")));
    const answers = await Promise.all(people.map((person, number) => person.signUp("alice", undefined, pages[number])));
    assert.equal(answers.filter(({ url, status }) => status === 200 && url.endsWith("/account")).length, 1);
    assert.equal(answers.filter(({ status }) => status === 422).length, 49);
  });

  await context.test("two consents at once are both kept", () => consentsAtOnce(provider, provider));
  await context.test("tabs that open at once do not lose each other's request", () => tabsAtOnce(provider, provider));

  await context.test("two decisions at once on a backchannel request: the second one is a page", async () => {
    const person = new Person(provider);
    await person.signUp("dora");
    const { asked, page } = await askWithoutBrowser(person, "dora");
    const answers = await Promise.all([person.send(page, "/requests"), person.send(page, "/requests")]);
    for (const answer of answers) assertPage(answer, 200);
    const { id_token: token } = await call(provider, "/token", {
      grant_type: "urn:openid:params:grant-type:ciba",
      auth_req_id: asked.auth_req_id,
    });
    assert.ok(token);
  });

  await context.test("a consent that is sent twice leads to the client once, and breaks nothing", async () => {
    const person = new Person(provider);
    await person.signUp("twice");
    const consent = await person.open(authorization(provider));
    const answers = await Promise.all([person.send(consent, "/consent"), person.send(consent, "/consent")]);
    const codes = answers.filter(({ redirect }) => redirect && new URL(redirect).searchParams.has("code"));
    assert.equal(codes.length, 1, JSON.stringify(answers));
    await assertFinishes(provider, codes[0]);
    const other = answers.find((answer) => answer !== codes[0]);
    assertPage(other, other.status);
    assertPage(await person.send(consent, "/consent"), 400);
    assert.equal((await person.open("/account")).status, 200);
  });

  await context.test("a code of the second factor that is used twice at once counts once", async () => {
    const person = new Person(provider);
    await person.signUp("carol");
    const secret = await person.setUpSecondFactor();
    const people = Array.from({ length: 4 }, () => new Person(provider));
    const pages = await Promise.all(people.map((other) => other.logIn("carol")));
    const code = totp(secret, Date.now() / 1000 + 30);
    const answers = await Promise.all(people.map((other, number) => other.send(pages[number], "/second-factor", { code })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422, 422]);
  });

  await context.test("20 logins at once do not delay /health", async () => {
    const people = Array.from({ length: 20 }, () => new Person(provider));
    const pages = await Promise.all(people.map((person) => person.open("/login")));
    let done = false;
    const logins = Promise.all(people.map((person, number) => person.logIn("alice", "wrong", pages[number])));
    logins.finally(() => (done = true));
    const times = [];
    while (!done) {
      const began = performance.now();
      assert.equal(await statusOf(provider, "/health"), 200);
      times.push(performance.now() - began);
      await setTimeout(20);
    }
    const slowest = Math.max(...times);
    console.log(`/health during 20 logins: ${times.length} times, at most ${slowest.toFixed(0)} ms`);
    assert.ok(times.length > 1 && slowest < 2000, `${slowest} ms`);
    assert.deepEqual(new Set((await logins).map(({ status }) => status)), new Set([422]));
  });

  await context.test("an unknown user takes as long as a wrong password", async () => {
    const times = { alice: [], nobody: [] };
    const person = new Person(provider);
    const page = await person.open("/login");
    for (let round = 0; round < 24; round += 1) {
      for (const [name, list] of Object.entries(times)) {
        const began = performance.now();
        const { status } = await person.logIn(name, "wrong", page);
        list.push(performance.now() - began);
        assert.equal(status, 422);
      }
    }
    const [known, unknown] = Object.values(times).map((list) => list.sort((a, b) => a - b)[list.length / 2]);
    const ratio = unknown / known;
    console.log(`wrong password ${known.toFixed(1)} ms, unknown user ${unknown.toFixed(1)} ms: ratio ${ratio.toFixed(2)}`);
    assert.ok(ratio > 0.5 && ratio < 2, `${ratio}`);
  });
});
