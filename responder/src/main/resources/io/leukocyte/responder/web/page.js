// The operator's page. Whatever comes from the responder is put into the page as text, never as
// markup: names of containers and what rules say of them are an attacker's to choose.
"use strict";

const EACH = 1000;
const KEY = "leuko.key";
const NAME = "leuko.name";
const STATES = {
  quarantine: "quarantined", pause: "paused", throttle: "throttled", waf: "behind a WAF",
  stop: "stopped", kill: "killed", recycle: "recycled", restart: "restarted",
};
const by = (id) => document.getElementById(id);
const shown = new Map(); // what each part shows, so that nothing is drawn anew without need
const opened = new Set(); // incidents that are unfolded
let tag = null;
let timer = 0;
let running = 0; // orders on their way

function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return node;
}

const pill = (text, kind) => make("span", { class: "pill" + (kind ? " " + kind : "") }, text);
const severity = (n) => (n >= 73 ? "bad" : n >= 47 ? "warn" : "");
const short = (id) => id.slice(0, 12);

function clock(text) {
  const time = new Date(text);
  const today = time.toDateString() === new Date().toDateString();
  const words = today ? time.toLocaleTimeString([], { hour12: false }) : time.toLocaleString([], { hour12: false });
  return make("time", { datetime: text, title: text }, words);
}

function button(id, label, description, work, kind) {
  const node = make("button", { id, type: "button", class: kind, "aria-label": description }, label);
  node.addEventListener("click", () => work(node));
  return node;
}

// Draws a part when what it shows has changed; the focus stays where it was.
function draw(id, value, fill) {
  const text = JSON.stringify(value);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  const focused = document.activeElement && document.activeElement.id;
  by(id).replaceChildren(...fill());
  if (focused && by(focused) && document.activeElement !== by(focused)) by(focused).focus();
}

const empty = (text) => [make("p", { class: "empty" }, text)];

function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((h) => make("th", { scope: "col" }, h)));
  return [make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))];
}

function say(text, bad) {
  by("message-text").textContent = text;
  by("message").classList.toggle("bad", Boolean(bad));
  by("message").hidden = false;
}

async function call(path, body) {
  const headers = { "Leuko-Session-Key": localStorage.getItem(KEY) || "" };
  if (body) headers["Content-Type"] = "application/json";
  else if (tag) headers["If-None-Match"] = tag;
  return fetch(path, {
    method: body ? "POST" : "GET", headers, body: body ? JSON.stringify(body) : undefined,
    cache: "no-store", redirect: "error",
  });
}

async function problemOf(answer) {
  try {
    return (await answer.json()).error || "The responder answered " + answer.status;
  } catch {
    return "The responder answered " + answer.status;
  }
}

async function order(what, node, done) {
  if (node) node.disabled = true;
  running++;
  linkState("working…", "warn");
  try {
    const answer = await call("/api/orders", what);
    if (answer.status === 401) return signedOut("The session has ended; sign in again.");
    if (!answer.ok) return say(await problemOf(answer), true);
    say(...done(await answer.json()));
  } catch (e) {
    say("The responder cannot be reached: " + e.message, true);
  } finally {
    running--;
    if (node) node.disabled = false;
    look();
  }
}

// What became of an order, and whether that is bad.
function told(list, flag, verb) {
  const left = list.filter((r) => !r[flag]);
  const name = (r) => r.type + (r.container ? " of " + r.container : "");
  if (left.length) return [left.map((r) => name(r) + ": " + r.detail).join("; "), true];
  if (!list.length) return ["Nothing was to be done.", false];
  return [verb + ": " + list.map(name).join(", "), false];
}

const answered = (a) => [a.answer.type + (a.answer.container ? " of " + a.answer.container : "") + ": " + a.answer.detail, !a.answer.done];

// Asks for a reason, and for how long; calls back when the answer is yes.
function ask(title, text, yes, parts, then) {
  by("ask-title").textContent = title;
  by("ask-text").textContent = text;
  by("ask-yes").textContent = yes;
  by("ask-length-row").hidden = !parts.duration;
  by("ask-reason-row").hidden = !parts.reason;
  by("ask-reason").value = "";
  const dialog = by("ask");
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") then(by("ask-reason").value.trim(), by("ask-length").value);
  };
  dialog.showModal();
  (parts.reason ? by("ask-reason") : by("ask-yes")).focus();
}

const release = (a, node) =>
  order({ order: "release", what: a.id }, node, (r) => told(r.released, "released", "Taken back"));

const approve = (a, node) =>
  order({ order: "approve", what: a.id }, node, (r) => told(r.decided, "done", "Approved and done"));

function deny(a, node) {
  ask("Refuse " + a.type + " of " + a.container, "It is not carried out, and the audit says who refused it.", "Refuse", { reason: true },
    (reason) => order({ order: "deny", what: a.id, reason }, node, (r) => told(r.decided, "done", "Refused")));
}

function contain(kind, c, words, node) {
  ask(words, c.name + " (" + c.image + "). The protect list holds; bounds and cooldowns do not.", words, { reason: true, duration: true },
    (reason, length) => order({ order: "contain", kind, container: c.id, for: length || null, reason }, node, answered));
}

function markFalse(a, node) {
  ask("A false alert", "All that “" + a.rule + "” caused is taken back, and the rule leaves the container alone for a while.", "It is false", { reason: true },
    (reason) => order({ order: "false-alert", what: a.id, reason }, node, (r) => told(r.released, "released", "Taken back")));
}

function drawWaiting(open) {
  const waiting = open.filter((a) => a.state === "waiting");
  by("waiting-count").textContent = waiting.length || "";
  document.title = (waiting.length ? "(" + waiting.length + ") " : "") + "Leukocyte";
  draw("waiting", waiting, () => waiting.length ? waiting.map((a) =>
    make("div", { class: "card waiting" },
      make("div", { class: "what" },
        make("strong", {}, a.type), " of ", make("strong", {}, a.container),
        make("small", {}, (a.rule || "by hand") + (a.policy ? " · policy " + a.policy + " (" + a.source + ")" : ""),
          a.until ? " · until " : "", a.until ? clock(a.until) : "")),
      make("div", { class: "row" },
        button("approve-" + a.id, "Approve", "Approve " + a.type + " of " + a.container, (n) => approve(a, n), "primary"),
        button("deny-" + a.id, "Refuse", "Refuse " + a.type + " of " + a.container, (n) => deny(a, n)))))
    : empty("Nothing waits. What policies in mode “approve” want to do is shown here first."));
}

function held(a) {
  const words = a.state === "in-force" ? STATES[a.type] || a.type : a.type + " " + a.state.replaceAll("-", " ");
  return make("div", {}, pill(words, a.state === "in-force" ? "warn" : "bad"),
    a.undoable ? button("undo-" + a.id, "Undo", "Undo " + a.type + " of " + a.container, (n) => release(a, n)) : "",
    make("small", {}, a.way, a.until ? " until " : "", a.until ? clock(a.until) : ""));
}

function containerRow(c) {
  const runs = c.state === "running" || c.state === "paused";
  const has = (type) => c.held.some((a) => a.type === type);
  return make("tr", {},
    make("td", {}, make("strong", {}, c.name), make("small", {}, short(c.id) + " · " + c.image)),
    make("td", {}, pill(c.state, c.state === "running" && !c.held.length ? "good" : "")),
    make("td", {}, ...(c.held.length ? c.held.map(held) : [make("span", { class: "quiet" }, "–")])),
    make("td", { class: "buttons" },
      runs && !has("quarantine") ? button("quarantine-" + c.id, "Quarantine…", "Quarantine " + c.name, (n) => contain("quarantine", c, "Quarantine", n)) : "",
      runs && !has("waf") && !has("quarantine") ? button("waf-" + c.id, "WAF…", "Put a web application firewall in front of " + c.name, (n) => contain("waf", c, "Put a WAF in front", n)) : ""));
}

function drawContainers(s) {
  by("containers-problem").textContent = s.containersProblem ? "The list may be old: " + s.containersProblem : "";
  const known = new Set(s.containers.map((c) => c.id));
  const gone = new Map();
  for (const a of s.open.filter((o) => o.undoable && !known.has(o.containerId))) {
    if (!gone.has(a.containerId)) gone.set(a.containerId, { id: a.containerId, name: a.container, image: "not in the engine's list", state: "gone", held: [] });
    gone.get(a.containerId).held.push(a);
  }
  const all = [...gone.values(), ...s.containers];
  by("containers-count").textContent = all.length || "";
  draw("containers", all, () => all.length
    ? table(["Container", "State", "Held by Leukocyte", ""], all.map(containerRow))
    : empty("There are no containers on this host."));
}

function drawAlerts(alerts) {
  by("alerts-count").textContent = alerts.length || "";
  draw("alerts", alerts, () => alerts.length
    ? table(["Time", "Priority", "What", "Where", ""], alerts.map((a) => make("tr", {},
      make("td", { class: "time" }, clock(a.time)),
      make("td", {}, pill(a.priority, severity(a.severity)), a.isFalse ? pill("false") : ""),
      make("td", {}, make("strong", {}, a.rule), make("small", {}, a.output)),
      make("td", {}, a.container || "the host"),
      make("td", { class: "buttons" }, a.caused && !a.isFalse
        ? button("false-" + a.id, "False…", "Mark the alert " + a.rule + " false", (n) => markFalse(a, n)) : ""))))
    : empty("No alerts on this host."));
}

function moment(m) {
  const text = m.kind === "alert"
    ? [pill(m.priority, severity(m.severity)), make("strong", {}, m.rule), make("small", {}, m.output)]
    : [pill(m.step, stepKind(m)), make("strong", {}, m.type), m.operator ? " by " + m.operator : m.policy ? " by policy " + m.policy : "", make("small", {}, m.detail)];
  return make("li", {}, clock(m.kind === "alert" ? m.time : m.began), " ", ...text);
}

function drawIncidents(incidents) {
  by("incidents-count").textContent = incidents.length || "";
  draw("incidents", incidents, () => incidents.length ? incidents.map((i) => {
    const node = make("details", { open: opened.has(i.id) },
      make("summary", { id: "incident-" + i.id }, pill(i.priority, severity(i.severity)), make("strong", {}, i.container), " · ",
        i.alerts + (i.alerts === 1 ? " alert" : " alerts"), " · ", clock(i.started), " to ", clock(i.updated), " ", pill(i.open ? "open" : "closed"),
        make("small", {}, short(i.id))),
      make("ol", { class: "timeline" }, ...i.timeline.map(moment)));
    node.addEventListener("toggle", () => (node.open ? opened.add(i.id) : opened.delete(i.id)));
    return node;
  }) : empty("No incidents: nothing was wrong with a container of this host."));
}

const stepKind = (a) => ({ failed: "bad", refused: "bad", verified: "good", waiting: "warn" })[a.step] || "";

function drawActions(actions) {
  by("actions-count").textContent = actions.length || "";
  draw("actions", actions, () => actions.length
    ? table(["Time", "Action", "Where", "Outcome", "Because of"], actions.map((a) => make("tr", {},
      make("td", { class: "time" }, clock(a.time)),
      make("td", {}, make("strong", {}, a.type), make("small", {}, short(a.id))),
      make("td", {}, a.container || "–"),
      make("td", {}, pill(a.step, stepKind(a)), a.dryRun ? pill("dry run") : "", make("small", {}, a.detail)),
      make("td", {}, a.rule || (a.operator ? "an order" : "–"),
        make("small", {}, [a.policy ? "policy " + a.policy + " (" + a.source + ")" : "", a.operator ? "by " + a.operator : ""].filter(Boolean).join(" · "))))))
    : empty("The journal holds no action of the last day."));
}

function show(s) {
  by("host").textContent = s.host;
  by("operator").textContent = s.operator;
  by("stopped").hidden = !s.stop;
  by("stop").hidden = Boolean(s.stop);
  if (s.stop) {
    by("stopped-text").replaceChildren("Emergency stop by " + s.stop.operator + " since ", clock(s.stop.since),
      (s.stop.reason ? ": " + s.stop.reason : "") + ". Policies begin nothing new.");
  }
  const problems = s.checks.filter((c) => c.name !== "emergency stop");
  by("problems-section").hidden = !problems.length;
  draw("problems", problems, () => problems.map((c) =>
    make("li", {}, pill(c.status, c.status === "failed" ? "bad" : "warn"), make("strong", {}, c.name), ": " + c.problem, make("small", {}, c.todo))));
  drawWaiting(s.open);
  drawContainers(s);
  drawAlerts(s.alerts);
  drawIncidents(s.incidents);
  drawActions(s.actions);
}

function linkState(text, kind) {
  by("link-state").textContent = text;
  by("link-state").className = "pill " + kind;
}

function signedIn(yes) {
  by("sign-in").hidden = yes;
  by("content").hidden = !yes;
  by("sign-out").hidden = !yes;
  by("stop").hidden = !yes;
}

function signedOut(why) {
  clearTimeout(timer);
  localStorage.removeItem(KEY);
  tag = null;
  shown.clear();
  for (const id of ["problems", "waiting", "containers", "alerts", "incidents", "actions", "host", "operator"]) by(id).replaceChildren();
  document.title = "Leukocyte";
  by("stopped").hidden = true;
  signedIn(false);
  linkState("signed out", "");
  by("sign-in-error").textContent = why || "";
  by("name").value = localStorage.getItem(NAME) || "";
  (by("token").value ? by("name") : by("token")).focus();
}

async function look() {
  clearTimeout(timer);
  if (!localStorage.getItem(KEY)) return;
  try {
    const answer = await call("/api/state");
    if (answer.status === 401) return signedOut("The session has ended; sign in again.");
    if (answer.status === 200) {
      const state = await answer.json();
      tag = answer.headers.get("ETag");
      signedIn(true);
      show(state);
    } else if (answer.status !== 304) {
      throw new Error(await problemOf(answer));
    }
    if (!running) linkState("live", "good");
  } catch (e) {
    linkState("no answer: " + e.message, "bad");
  }
  clearTimeout(timer);
  timer = setTimeout(look, document.hidden ? 5 * EACH : EACH);
}

by("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = by("name").value.trim();
  try {
    const answer = await call("/api/sign-in", { token: by("token").value.trim(), name });
    if (!answer.ok) {
      by("sign-in-error").textContent = await problemOf(answer);
      return;
    }
    localStorage.setItem(KEY, (await answer.json()).key);
    localStorage.setItem(NAME, name);
    by("token").value = "";
    by("sign-in-error").textContent = "";
    signedIn(true);
    by("main").focus();
    look();
  } catch (e) {
    by("sign-in-error").textContent = "The responder cannot be reached: " + e.message;
  }
});
by("sign-out").addEventListener("click", async () => {
  try {
    await call("/api/sign-out", {});
  } finally {
    signedOut("");
  }
});
by("stop").addEventListener("click", () =>
  ask("Emergency stop", "Policies begin nothing new on any container of this host until somebody ends the stop. What is in force stays.", "Stop", { reason: true },
    (reason) => order({ order: "stop", reason }, by("stop"), answered)));
by("resume").addEventListener("click", () => order({ order: "resume" }, by("resume"), answered));
by("message-close").addEventListener("click", () => (by("message").hidden = true));
by("ask-no").addEventListener("click", () => by("ask").close(""));
document.addEventListener("visibilitychange", () => document.hidden || look());

const given = /^#token=([A-Za-z0-9_-]+)$/.exec(location.hash);
if (given) {
  history.replaceState(null, "", location.pathname); // it must not stay in the history
  by("token").value = given[1];
}
if (localStorage.getItem(KEY)) look();
else signedOut("");
