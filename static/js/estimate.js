// How long the video will be and how long it will take, asked for when the typing pauses.
import { postJSON } from "./http.js";
import { about, clock } from "./times.js";

const AFTER_MS = 350;

export class Estimate {
  #url;
  #boxes;
  #timer = null;

  /** boxes: the elements that show the sentence. */
  constructor(url, boxes) {
    this.#url = url;
    this.#boxes = boxes;
  }

  of(scenes) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(scenes), AFTER_MS);
  }

  async #ask(scenes) {
    const spoken = scenes.map(({ script, speed, head }) => ({ script, speed, head }));
    if (!spoken.some(({ script }) => script.trim())) return this.#show("");
    try {
      const { duration_seconds: long, render_seconds: wait } = await postJSON(this.#url, { scenes: spoken });
      // Of an engine that was never timed here nobody knows how long it takes.
      this.#show(wait === null ? `${clock(long)} long` : `${clock(long)} long, ready in ${about(wait)}`);
    } catch {
      this.#show(""); // an estimate that cannot be had is not worth a message
    }
  }

  #show(sentence) {
    for (const box of this.#boxes) box.textContent = sentence;
  }
}
