// The player: sentences over HLS while they are being made, the finished file afterwards.
import Hls from "../vendor/hls.js-1.7.4/hls.light.min.mjs";
import { Captions } from "./captions.js";
import { setIcon } from "./icon.js";
import { clock } from "./times.js";

const SKIP_S = 5;
const IDLE_MS = 2500;
const HLS_TYPE = "application/vnd.apple.mpegurl";

export class Player {
  #box;
  #video;
  #captions;
  #hls = null;
  #source = null;
  #total = 0;
  #rendered = 0;
  #complete = false;
  #resume = null;

  /** box: #player of templates/rendering/render.html. */
  constructor(box) {
    this.#box = box;
    this.#video = box.querySelector("video");
    this.#captions = new Captions(this.#video, this.#part("caption"));
    this.#wire();
  }

  get playing() {
    return this.#source !== null;
  }

  /** What is being made, before anything can be played. */
  showPreview(address) {
    const image = this.#box.querySelector(".player-preview");
    if (this.playing || !address) return;
    image.src = address;
    image.hidden = false;
    this.#part("waiting").dataset.over = "";
  }

  /** The sentence that stands in the waiting picture. */
  showWaiting(sentence, active) {
    this.#part("waiting-text").textContent = sentence;
    this.#part("waiting").querySelector(".live-dot").hidden = !active;
    this.#part("waiting").hidden = this.playing;
  }

  /** Play the playlist of a render on its way, from its first sentence. */
  playLive(playlist) {
    if (this.playing) return;
    this.#begin(playlist);
    if (Hls.isSupported()) {
      this.#hls = new Hls({
        enableWorker: false, // a worker from a blob is what the content policy forbids
        startPosition: 0,
        backBufferLength: Infinity,
        maxBufferLength: 60,
        liveDurationInfinity: false,
      });
      this.#hls.on(Hls.Events.ERROR, (_, { fatal, type }) => fatal && this.#recover(type));
      this.#hls.attachMedia(this.#video);
      this.#hls.loadSource(playlist);
    } else if (this.#video.canPlayType(HLS_TYPE)) {
      this.#video.src = playlist;
    }
    this.#play();
  }

  /** Another sentence is ready: read the playlist now instead of at its next turn, up to a sentence later. */
  #reloadPlaylist() {
    const level = this.#hls?.levels?.[0];
    if (!level?.details?.live) return;
    this.#hls.trigger(Hls.Events.LEVEL_LOADING, {
      url: level.uri,
      level: 0,
      levelInfo: level,
      pathwayId: level.attrs["PATHWAY-ID"],
      id: 0,
      deliveryDirectives: null,
    });
  }

  /** Show a finished file; it starts when the person presses play. */
  showFile(address, poster) {
    if (this.playing) return;
    this.#begin(address);
    if (poster) this.#video.poster = poster;
    this.#video.src = address;
  }

  /** total, rendered: seconds planned and seconds ready from the start. captions: address of the WebVTT file. */
  update({ total, rendered, complete, segments, captions }) {
    const grown = rendered > this.#rendered;
    this.#total = total;
    this.#rendered = rendered;
    this.#complete = complete;
    if (grown) this.#reloadPlaylist();
    if (captions) this.#captions.fromFile(captions);
    this.#captions.fromSentences(segments);
    this.#drawTime();
  }

  /** Go to a second and play, if that part is ready. */
  seek(seconds) {
    this.#video.currentTime = Math.min(seconds, Math.max(0, this.#rendered - 0.05));
    this.#play();
  }

  #begin(source) {
    this.#source = source;
    this.#part("waiting").hidden = true;
    this.#box.querySelector(".player-preview").hidden = true;
    this.#part("controls").hidden = false;
  }

  async #play() {
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || this.#video.muted) return;
      // Browsers let a page start by itself only without sound.
      this.#video.muted = true;
      this.#part("unmute").hidden = false;
      await this.#video.play().catch(() => {});
    }
  }

  #recover(type) {
    if (type === Hls.ErrorTypes.MEDIA_ERROR) this.#hls.recoverMediaError();
    else if (type === Hls.ErrorTypes.NETWORK_ERROR) {
      clearTimeout(this.#resume);
      this.#resume = setTimeout(() => this.#hls.startLoad(), 2000);
    }
  }

  #part(name) {
    return this.#box.querySelector(`[data-${name}]`);
  }

  #length() {
    return this.#complete && Number.isFinite(this.#video.duration) ? this.#video.duration : this.#total;
  }

  #drawTime() {
    const length = this.#length() || 1;
    const now = this.#video.currentTime;
    const seek = this.#part("seek");
    seek.max = length;
    seek.value = now;
    seek.setAttribute("aria-valuetext", `${clock(now)} of ${clock(length)}`);
    seek.style.setProperty("--played", `${(100 * now) / length}%`);
    seek.style.setProperty("--rendered", `${this.#complete ? 100 : (100 * this.#rendered) / length}%`);
    this.#part("now").textContent = clock(now);
    this.#part("total").textContent = clock(length);
    this.#captions.update();
  }

  #toggle() {
    if (this.#video.paused) this.#play();
    else this.#video.pause();
  }

  #mute() {
    this.#video.muted = !this.#video.muted;
    this.#part("unmute").hidden = true;
  }

  #toggleCaptions() {
    const button = this.#part("captions");
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    setIcon(button.querySelector("svg"), shown ? "captions" : "captions-off");
    this.#captions.show(shown);
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.#box.requestFullscreen) this.#box.requestFullscreen();
    else this.#video.webkitEnterFullscreen?.();
  }

  #wire() {
    const video = this.#video;
    const on = (name, run) => this.#part(name).addEventListener("click", run);
    on("play", () => this.#toggle());
    on("mute", () => this.#mute());
    on("unmute", () => this.#mute());
    on("captions", () => this.#toggleCaptions());
    on("fullscreen", () => this.#toggleFullscreen());
    video.addEventListener("click", () => this.#toggle());
    this.#part("seek").addEventListener("input", ({ target }) => {
      video.currentTime = Math.min(Number(target.value), Math.max(0, this.#complete ? Infinity : this.#rendered - 0.05));
      this.#drawTime();
    });

    for (const type of ["play", "pause"]) {
      video.addEventListener(type, () => {
        const button = this.#part("play");
        setIcon(button.querySelector("svg"), video.paused ? "play" : "pause");
        button.setAttribute("aria-label", video.paused ? "Play" : "Pause");
        this.#box.toggleAttribute("data-playing", !video.paused);
      });
    }
    video.addEventListener("volumechange", () => {
      const button = this.#part("mute");
      setIcon(button.querySelector("svg"), video.muted ? "volume-x" : "volume-2");
      button.setAttribute("aria-label", video.muted ? "Turn the sound on" : "Mute");
    });
    const stalled = this.#part("stalled");
    video.addEventListener("waiting", () => (stalled.hidden = this.#complete || video.seeking));
    for (const type of ["playing", "pause", "ended"]) video.addEventListener(type, () => (stalled.hidden = true));
    for (const type of ["timeupdate", "durationchange", "seeked"]) video.addEventListener(type, () => this.#drawTime());

    let idle = null;
    const stir = () => {
      this.#box.removeAttribute("data-idle");
      clearTimeout(idle);
      idle = setTimeout(() => this.#box.toggleAttribute("data-idle", !video.paused), IDLE_MS);
    };
    for (const type of ["pointermove", "focusin", "keydown"]) this.#box.addEventListener(type, stir);

    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const busy = event.target.closest?.("input:not([data-seek]), textarea, select, [contenteditable]");
    if (!this.playing || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target.closest?.("button, a, summary");
    const keys = {
      " ": () => this.#toggle(),
      k: () => this.#toggle(),
      m: () => this.#mute(),
      c: () => this.#toggleCaptions(),
      f: () => this.#toggleFullscreen(),
      ArrowLeft: () => this.seek(Math.max(0, this.#video.currentTime - SKIP_S)),
      ArrowRight: () => this.seek(this.#video.currentTime + SKIP_S),
    };
    if (!keys[event.key] || (onButton && event.key === " ")) return;
    event.preventDefault();
    keys[event.key]();
  }
}
