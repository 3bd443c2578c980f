// Starts what the tests need: the emulator, PostgreSQL, instances of the provider, and a load balancer in front of them.
// Programs come from TARGET, the target directory of Cargo.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const target = process.env.TARGET ?? new URL("../../target", import.meta.url).pathname;
const program = (name) => join(target, "debug", name);
const TIMEOUT = 60_000;
// Each process and each directory is removed at the exit.
process.setMaxListeners(0);

/** A directory that is removed at the end. */
export function place() {
  const path = mkdtempSync(join(tmpdir(), "openid-provider-"));
  process.on("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A process that is ready. */
export class Running {
  #process;

  static async start(command, args, { env, cwd, ready }) {
    const running = new Running();
    const options = { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ["ignore", "pipe", "pipe"] };
    running.#process = spawn(command, args, options);
    running.output = "";
    process.on("exit", () => running.#process.kill("SIGKILL"));
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${command} ${why}\n${running.output}`));
      const timer = setTimeout(() => fail("is not ready"), TIMEOUT);
      running.#process.on("exit", (code) => fail(`ended with ${code}`));
      for (const stream of [running.#process.stdout, running.#process.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          running.output += `${line}\n`;
          if (ready(line, running.output)) {
            clearTimeout(timer);
            resolve();
          }
        });
      }
    });
    return running;
  }

  /** Stops it, as an operator would or as a crash (`SIGKILL`). */
  async stop(signal = "SIGTERM") {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode;
    this.#process.kill(signal);
    await once(this.#process, "exit");
    return this.#process.exitCode;
  }
}

/** An emulator in its own process. `environment` has the variables for a server that uses it. */
export async function startEmulator(seed, { version = "3.0", args = [] } = {}) {
  const directory = place();
  const file = join(directory, "seed.json");
  writeFileSync(file, JSON.stringify(seed));
  const emulator = await Running.start(
    program("authlete-emulator"),
    ["--port", "0", "--seed", file, "--output", "json", ...args],
    { ready: (line) => line === "}" },
  );
  const described = JSON.parse(emulator.output.slice(emulator.output.indexOf("{")));
  emulator.environment = described.environment[version];
  return emulator;
}

/** An instance of the provider. Its settings are `OPENID_PROVIDER_…`, by their names. */
export async function startProvider({ settings = {}, environment = {}, cwd = place() } = {}) {
  const port = settings.listen ? Number(settings.listen.split(":")[1]) : await freePort();
  // The port after that of the provider may be taken.
  const all = { listen: `127.0.0.1:${port}`, demo: "127.0.0.1:0", login_attempts: 1000, ...settings };
  const variables = Object.entries(all).map(([name, value]) => [`OPENID_PROVIDER_${name.toUpperCase()}`, String(value)]);
  // On its own emulator the provider has a demo app, and prints its URL last.
  const hasDemo = !Object.keys(environment).some((name) => name.startsWith("AUTHLETE_"));
  const last = hasDemo ? "Open the demo app: " : "The provider is at ";
  const provider = await Running.start(program("openid-provider"), ["--apply-settings"], {
    cwd,
    env: { ...environment, ...Object.fromEntries(variables) },
    ready: (line) => line.startsWith(last),
  });
  provider.port = port;
  provider.url = settings.url ?? `http://localhost:${port}`;
  provider.demo = provider.output.match(/Open the demo app: (\S+)/)?.[1];
  provider.cwd = cwd;
  return provider;
}

/** A PostgreSQL server with an empty database. With a password, the URL does not have it. */
export async function startPostgres({ password } = {}) {
  const directory = place();
  const binaries = execFileSync("sh", ["-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"]).toString().trim();
  const isRoot = process.getuid() === 0;
  // It refuses to run as root.
  const as = (command, args) => (isRoot ? ["runuser", ["-u", "postgres", "--", command, ...args]] : [command, args]);
  if (isRoot) {
    const [user, group] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"])));
    chownSync(directory, user, group);
  }
  const data = join(directory, "data");
  const file = join(directory, "password");
  writeFileSync(file, password ?? "");
  chmodSync(file, 0o644);
  const method = password ? ["-A", "scram-sha-256", "--pwfile", file] : ["-A", "trust"];
  execFileSync(...as(join(binaries, "initdb"), ["-D", data, "-U", "postgres", "-E", "UTF8", ...method]));
  const port = await freePort();
  const start = () =>
    Running.start(...as(join(binaries, "postgres"), ["-D", data, "-p", port, "-k", directory, "-h", "127.0.0.1"]), {
      ready: (line) => line.includes("database system is ready to accept connections"),
    });
  const postgres = { server: await start(), url: `postgres://postgres@127.0.0.1:${port}/postgres` };
  postgres.stop = () => {
    execFileSync(...as(join(binaries, "pg_ctl"), ["stop", "-D", data, "-m", "fast", "-w"]));
  };
  postgres.restart = async () => {
    postgres.server = await start();
  };
  process.on("exit", () => {
    try {
      process.kill(Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]), "SIGQUIT");
    } catch {
      // It has stopped already.
    }
  });
  return postgres;
}

/** A round-robin load balancer. */
export async function startBalancer(ports, port) {
  let next = 0;
  const balancer = http.createServer((request, response) => {
    next += 1;
    const options = { host: "127.0.0.1", port: ports[next % ports.length], path: request.url, method: request.method, headers: request.headers };
    const forwarded = http.request(options, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.writeHead(502).end());
    request.pipe(forwarded);
  });
  balancer.listen(port, "127.0.0.1");
  await once(balancer, "listening");
  return balancer;
}
