// News of a render: over a websocket, and by asking again and again where websockets are blocked.
import { getJSON } from "./http.js";

const FIRST_WORD_MS = 4000;
const POLL_EVERY_MS = 1500;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 15_000;
const NOT_FOUND = 4404;

export class ProgressSocket {
  #address;
  #snapshotUrl;
  #receive;
  #socket = null;
  #lastNumber = 0;
  #replayedTo = 0;
  #retryAfter = RETRY_FIRST_MS;
  #timers = new Set();
  #polling = false;
  #over = false;

  /** receive: gets every {"type": "snapshot" | "event", ...}, and {"type": "gone"} when the render was deleted. */
  constructor(path, snapshotUrl, receive) {
    this.#address = new URL(path, location.href);
    this.#address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#snapshotUrl = snapshotUrl;
    this.#receive = receive;
  }

  start() {
    this.#over = false;
    this.#connect();
  }

  stop() {
    this.#over = true;
    this.#polling = false;
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    this.#socket?.close();
    this.#socket = null;
  }

  #connect() {
    let socket;
    try {
      socket = new WebSocket(this.#address);
    } catch {
      return this.#lost();
    }
    this.#socket = socket;
    // A proxy may accept the connection and then swallow it.
    const silent = this.#later(() => socket.close(), FIRST_WORD_MS);
    socket.addEventListener("message", ({ data }) => {
      clearTimeout(silent);
      this.#polling = false;
      this.#retryAfter = RETRY_FIRST_MS;
      this.#take(JSON.parse(data));
    });
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(silent);
      if (this.#over || socket !== this.#socket) return;
      if (code === NOT_FOUND) return this.#gone();
      this.#lost();
    });
  }

  #take(message) {
    if (message.type === "event") {
      if (message.number <= this.#lastNumber) return;
      const gap = this.#lastNumber > 0 && message.number > this.#lastNumber + 1;
      // Something was lost on the way: what is kept of it comes again in order, and this message with it.
      if (gap && message.number > this.#replayedTo && this.#replay(message.number)) return;
    }
    this.#lastNumber = Math.max(this.#lastNumber, message.number);
    this.#receive(message);
  }

  /** Ask for everything after the last number. False when nobody can be asked. */
  #replay(upTo) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#replayedTo = upTo;
    this.#socket.send(JSON.stringify({ type: "replay", after: this.#lastNumber }));
    return true;
  }

  #lost() {
    if (!this.#polling) {
      this.#polling = true;
      this.#poll();
    }
    this.#later(() => this.#connect(), this.#retryAfter);
    this.#retryAfter = Math.min(2 * this.#retryAfter, RETRY_LAST_MS);
  }

  async #poll() {
    if (!this.#polling || this.#over) return;
    try {
      const snapshot = await getJSON(this.#snapshotUrl);
      if (this.#polling && !this.#over) this.#take({ type: "snapshot", ...snapshot });
    } catch (error) {
      if (error.status === 404) return this.#gone();
    }
    this.#later(() => this.#poll(), POLL_EVERY_MS);
  }

  #gone() {
    this.stop();
    this.#receive({ type: "gone" });
  }

  #later(run, ms) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }
}
