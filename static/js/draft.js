// What stands on the page, and its autosave. The server's copy is the truth; a failed save is tried again.
import { postJSON } from "./http.js";

const SAVE_AFTER_MS = 700;
const RETRY_AFTER_MS = 5000;

/** Fields of a new scene; choices are carried over from the scene before. */
export function newScene(previous = {}) {
  return {
    id: null,
    script: "",
    avatar: previous.avatar ?? null,
    voice: previous.voice ?? null,
    background: previous.background ?? null,
    layout: previous.layout ?? "full",
    title: "",
    expression: previous.expression ?? "calm",
    intensity: previous.intensity ?? 1,
    head: previous.head ?? "portrait",
    quality: previous.quality ?? "",
    speed: previous.speed ?? 1,
    pitch: previous.pitch ?? 0,
  };
}

export class Draft extends EventTarget {
  #url;
  #timer = null;
  #version = 0;
  #saved = 0;
  #saving = null;

  /** Whether the last save did not reach the server. */
  failing = false;

  /** data: as studio/page.py gives it. Dispatches "state" with detail saving, saved or failed (and message). */
  constructor(data, url) {
    super();
    this.data = data;
    if (!data.scenes.length) data.scenes.push(newScene());
    this.#url = url;
    // What was typed in the last moment is sent even while the page is being left.
    addEventListener("pagehide", () => {
      if (this.unsaved) postJSON(this.#url, this.#payload(), { keepalive: true }).catch(() => {});
    });
  }

  get unsaved() {
    return this.#version !== this.#saved;
  }

  /** Note a change; it is saved when the person pauses. */
  changed() {
    this.#version++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  /** Save now. One request at a time, so that an older text never overwrites a newer one. */
  async save() {
    if (this.#saving) return this.#saving;
    clearTimeout(this.#timer);
    this.#saving = this.#send();
    await this.#saving;
    this.#saving = null;
    if (this.unsaved && !this.#timer) this.#timer = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  async #send() {
    const version = this.#version;
    const scenes = [...this.data.scenes];
    this.#tell("saving");
    try {
      const { project, scenes: ids } = await postJSON(this.#url, this.#payload());
      this.adopt(project);
      // Scenes get ids when they are first saved; those added meanwhile have none yet.
      scenes.forEach((scene, i) => (scene.id = ids[i] ?? scene.id));
      this.#saved = version;
      this.#timer = null;
      this.#tell("saved");
    } catch (error) {
      this.#tell("failed", error.message);
      this.#timer = setTimeout(() => this.save(), RETRY_AFTER_MS);
    }
  }

  /** From now on this is the project that is changed, also after a reload. */
  adopt(project) {
    if (this.data.project === project) return;
    this.data.project = project;
    history.replaceState(null, "", `?project=${project}`);
  }

  /** What the server takes: the whole project. */
  #payload() {
    return this.data;
  }

  /** For Generate: the payload, with nothing left to save afterwards. */
  async forGenerate() {
    clearTimeout(this.#timer);
    if (this.#saving) await this.#saving;
    this.#saved = this.#version;
    return this.#payload();
  }

  #tell(state, message = "") {
    if (state !== "saving") this.failing = state === "failed";
    this.dispatchEvent(new CustomEvent("state", { detail: { state, message } }));
  }
}
