// The ids of renders on their way, kept in this browser so that every page can show them at once.
import { getJSON } from "./http.js";
import { about } from "./times.js";

const KEY = "running-renders";
const ACTIVE = new Set(["queued", "running", "joining"]);
const ASK_EVERY_MS = 2500;

function stored() {
  try {
    const ids = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}

function store(ids) {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids));
  } catch {
    // Storage is blocked: the server's list remains.
  }
}

/** Keep an id until the render is over. */
export function remember(id) {
  store([...new Set([...stored(), id])]);
}

/** Let it go. */
export function forget(id) {
  store(stored().filter((kept) => kept !== id));
}

/** Whether a state means that the render is still on its way. */
export function isActive(state) {
  return ACTIVE.has(state);
}

/** Show renders on their way inside `box` until they are over. ids: what the server knew. base: /renders/. */
export function showRunning(box, ids, base) {
  const rows = new Map();

  const add = (id) => {
    const row = document.createElement("a");
    row.href = `${base}${id}/`;
    const dot = document.createElement("span");
    dot.className = "live-dot";
    const title = document.createElement("strong");
    title.textContent = "Your video";
    const state = document.createElement("span");
    state.className = "muted tabular";
    const bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", "Rendered part");
    row.append(dot, title, state, bar);
    box.append(row);
    rows.set(id, { row, title, state, bar });
  };

  const drop = (id) => {
    forget(id);
    rows.get(id)?.row.remove();
    rows.delete(id);
    box.hidden = rows.size === 0;
  };

  const update = async (id) => {
    let snapshot;
    try {
      snapshot = await getJSON(`${base}${id}/snapshot.json`);
    } catch (error) {
      if (error.status === 404) drop(id);
      return;
    }
    if (!isActive(snapshot.state)) return drop(id);
    const { title, state, bar } = rows.get(id);
    title.textContent = snapshot.title;
    state.textContent =
      snapshot.seconds_left === null ? snapshot.label : `${about(snapshot.seconds_left)} left`;
    bar.value = snapshot.progress;
  };

  new Set([...ids, ...stored()]).forEach(add);
  box.hidden = rows.size === 0;
  const tick = async () => {
    if (document.visibilityState === "visible") await Promise.all([...rows.keys()].map(update));
    if (rows.size) setTimeout(tick, ASK_EVERY_MS);
  };
  tick();
}
