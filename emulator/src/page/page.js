// Data from the emulator is untrusted, since clients and users choose names: insert it as text only.

const REFRESH_MS = 2000;
// The order of members. Others come last.
const ORDER = [
  "serviceName", "number", "apiKey", "apiSecret", "issuer", "accessToken", "accessTokenDigests", "clients",
  "pushedRequests", "tickets", "deviceFlows", "backchannelRequests", "codes", "tokens",
  "digest", "clientId", "clientIdAlias", "clientName", "clientType", "clientSecret", "tokenAuthMethod", "subject",
  "grantType", "scopes", "grantTypes", "redirectUri", "redirectUris", "deliveryMode", "decision", "used", "createdAt",
  "expiresAt",
];
// Members that can have any length and no place for a line break.
const LONG = ["clientName", "clientSecret", "issuer", "redirectUri", "redirectUris", "serviceName", "subject"];
const WORDS = { acr: "ACR", api: "API", dpop: "DPoP", id: "ID", uri: "URI", uris: "URIs" };

const byId = (id) => document.getElementById(id);
const service = new URLSearchParams(location.search).get("service");
let reveals = false;
let requests = [];
// Whether the secrets of `requests` are shown.
let revealed = false;
const opened = new Set();
let running = null;

const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const ordered = (object) => Object.entries(object).sort(([one], [other]) => rank(one) - rank(other));

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// "clientIdAlias" becomes "Client ID alias".
function words(name) {
  const parts = name.replace(/([A-Z])/g, " $1").toLowerCase().split(" ");
  const text = parts.map((part) => WORDS[part] ?? part).join(" ");
  return text[0].toUpperCase() + text.slice(1);
}

const isTime = (name) => name.endsWith("At");
const dateAndTime = (millis) => new Date(millis).toISOString().replace("T", " ").replace(/\.\d+Z$/, "");

function text(name, value) {
  if (value === null || value === "" || value?.length === 0) return "–";
  if (isTime(name)) return value > 0 ? dateAndTime(value) : "–";
  if (Array.isArray(value)) return value.join("\n");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

function duration(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const parts = [];
  for (const [unit, size] of units) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0) parts.push(`${count.toLocaleString("en")} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.join(" ");
}

function members(object) {
  const list = element("dl");
  for (const [name, value] of ordered(object)) {
    list.append(element("dt", {}, words(name)), element("dd", { className: "value" }, text(name, value)));
  }
  return list;
}

function count({ total, latest }) {
  const all = total.toLocaleString("en");
  return element("span", { className: "count" }, total > latest.length ? ` latest ${latest.length} of ${all}` : ` ${all}`);
}

function cell(name, value) {
  const shown = text(name, value);
  const className = LONG.includes(name) ? "value long" : "value";
  if (name !== "apiKey") return element("td", { className }, shown);
  const link = element("a", { href: `/?service=${encodeURIComponent(value)}` }, shown);
  return element("td", { className }, link);
}

function table(title, { latest }, now) {
  if (latest.length === 0) return element("p", { className: "none" }, "None.");
  const names = ordered(latest[0]).map(([name]) => name);
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, words(name))));
  const rows = latest.map((row) => {
    // A token with a valid refresh token has not ended.
    const ends = names.filter((name) => name.toLowerCase().endsWith("expiresat")).map((name) => row[name]);
    const ended = ends.length > 0 && ends.every((end) => end <= now);
    return element("tr", { className: ended ? "ended" : "" }, ...names.map((name) => cell(name, row[name])));
  });
  const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  made.setAttribute("aria-label", title);
  return element("div", { className: "scroll" }, made);
}

function section(title, id, ...children) {
  const heading = element("h2", { id }, title);
  const made = element("section", {}, heading, ...children);
  made.setAttribute("aria-labelledby", id);
  return made;
}

function state({ now, owner, services, service }) {
  const made = element("div", { id: "state" });
  const list = section("Services", "services-title", table("Services", services, now));
  list.firstChild.append(count(services));
  list.append(element("h3", {}, "Credentials for all services"), members(owner));
  made.append(list);
  if (service) {
    const entries = ordered(service);
    const isList = ([, value]) => Array.isArray(value?.latest);
    const own = Object.fromEntries(entries.filter((entry) => !isList(entry)));
    const details = section(`Service “${own.serviceName ?? own.apiKey}”`, "service-title", members(own));
    const digests = "Tickets, codes and tokens are stored as SHA-256 digests; this is the start of each. ";
    details.append(element("p", { className: "hint" }, digests, "Struck through: expired."));
    for (const [name, value] of entries.filter(isList)) {
      details.append(element("h3", {}, words(name), count(value)), table(words(name), value, now));
    }
    made.append(details);
  }
  return made;
}

function body(title, content) {
  let shown = "none";
  if (content) {
    shown = typeof content.content === "string" ? content.content : JSON.stringify(content.content, null, 2);
    if (content.content === null) shown = `${content.length.toLocaleString("en")} bytes, too long to mask the secrets`;
  }
  return element("div", {}, element("h3", {}, title), element("pre", { tabIndex: 0 }, shown));
}

const breakable = (path) => path.split(/(?<=\/)/).flatMap((part) => [part, element("wbr")]);

function exchange(request) {
  const { number, time, method, path, query, operation, status, resultCode, action, microseconds } = request;
  const id = `request-${number}`;
  const button = element("button", { type: "button" }, dateAndTime(time).slice(11));
  const details = element("tr", { id });
  const bodies = () => element("div", { className: "bodies" }, body("Request", request.request), body("Answer", request.answer));
  const open = (isOpen) => {
    button.setAttribute("aria-expanded", isOpen);
    details.hidden = !isOpen;
    if (isOpen) {
      opened.add(number);
      if (!details.firstChild) details.append(element("td", { colSpan: 6 }, bodies()));
    } else {
      opened.delete(number);
    }
  };
  button.setAttribute("aria-controls", id);
  button.setAttribute("aria-label", `${dateAndTime(time)}: show the bodies`);
  button.addEventListener("click", () => open(details.hidden));
  open(opened.has(number));
  const row = element(
    "tr", {},
    element("td", {}, button),
    element("td", { className: "value long" }, `${method} `, ...breakable(path), query ? `?${query}` : ""),
    element("td", {}, operation ?? "–"),
    element("td", { className: status < 400 ? "good" : "bad" }, String(status)),
    element("td", {}, [resultCode, action].filter(Boolean).join("\n") || "–"),
    element("td", { className: "number" }, `${(microseconds / 1000).toFixed(1)} ms`),
  );
  return [row, details];
}

function showRequests({ total, kept, requests: latest }, from) {
  const list = byId("requests").tBodies[0];
  if (from === 0) {
    requests = [];
    list.replaceChildren();
  }
  list.prepend(...latest.flatMap(exchange));
  requests = [...latest, ...requests].slice(0, kept);
  // Each request has two rows.
  while (list.rows.length > requests.length * 2) list.lastChild.remove();
  byId("requests").hidden = total === 0;
  byId("no-requests").hidden = total > 0;
  byId("count").textContent = total > requests.length ? `latest ${requests.length} of ${total.toLocaleString("en")}` : total || "";
}

function showOverview(overview) {
  const now = byId("now");
  now.dateTime = new Date(overview.now).toISOString();
  now.textContent = `${dateAndTime(overview.now)} UTC`;
  byId("ahead").textContent = overview.ahead > 0 ? `– ${duration(overview.ahead)} ahead of this machine` : "– the time of this machine";
  const shown = state(overview);
  if (!shown.isEqualNode(byId("state"))) byId("state").replaceWith(shown);
}

async function fetchJson(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

function showProblem(id, words) {
  byId(id).textContent = words;
  byId(id).hidden = words === "";
}

async function load() {
  const reveal = reveals;
  const from = reveal === revealed ? (requests[0]?.number ?? 0) : 0;
  const overview = new URLSearchParams({ reveal });
  if (service) overview.set("service", service);
  const [shown, log] = await Promise.all([
    fetchJson(`/emulator/overview?${overview}`),
    fetchJson(`/emulator/requests?${new URLSearchParams({ reveal, after: from })}`),
  ]);
  // The emulator was restarted, and its request numbers start from 1 again.
  if (log.total < from) {
    requests = [];
    return load();
  }
  showOverview(shown);
  showRequests(log, from);
  revealed = reveal;
}

// Refreshes run one after the other, so that older data never replaces newer data.
async function refresh() {
  const previous = running;
  const own = (async () => {
    await previous;
    try {
      await load();
      showProblem("problem", "");
    } catch (error) {
      showProblem("problem", `The emulator does not answer: ${error.message}`);
    }
  })();
  running = own;
  await own;
}

byId("refresh").addEventListener("click", () => refresh());

byId("reveal").addEventListener("click", async () => {
  reveals = !reveals;
  byId("reveal").setAttribute("aria-pressed", reveals);
  byId("reveal").textContent = reveals ? "Hide secrets" : "Show secrets";
  await refresh();
});

byId("clock").addEventListener("submit", async (event) => {
  event.preventDefault();
  showProblem("clock-problem", "");
  const advance = Number(byId("amount").value) * Number(byId("unit").value);
  try {
    await fetchJson("/emulator/clock", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ advance }),
    });
    await refresh();
  } catch (error) {
    showProblem("clock-problem", `The clock was not moved: ${error.message}`);
  }
});

async function poll() {
  if (byId("live").checked && !document.hidden) await refresh();
  setTimeout(poll, REFRESH_MS);
}

await refresh();
setTimeout(poll, REFRESH_MS);
