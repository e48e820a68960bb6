// Captions over the player: from the WebVTT file once there is one, until then from the sentences themselves.

const LONGEST = 84; // characters: two lines of 42, as in rendering/pipeline/captions.py

/** Cut a sentence into pieces that can be read, each with its share of the time. */
function pieces({ text, start, duration }) {
  const parts = [];
  for (const word of text.split(/\s+/)) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + word.length < LONGEST) parts[parts.length - 1] = `${last} ${word}`;
    else parts.push(word);
  }
  const characters = parts.reduce((sum, part) => sum + part.length, 0) || 1;
  let from = start;
  return parts.map((part) => {
    const until = from + (duration * part.length) / characters;
    const piece = { text: part, from, until };
    from = until;
    return piece;
  });
}

export class Captions {
  #box;
  #video;
  #pieces = [];
  #track = null;
  #shown = true;

  constructor(video, box) {
    this.#video = video;
    this.#box = box;
  }

  /** segments: of the snapshot. */
  fromSentences(segments) {
    if (!this.#track) this.#pieces = segments.filter(({ state }) => state === "done").flatMap(pieces);
  }

  /** The finished file replaces the sentences: its times are those of the words. */
  fromFile(url) {
    if (this.#track) return;
    const element = document.createElement("track");
    element.kind = "captions";
    element.src = url;
    this.#video.append(element);
    // Hidden, not disabled: its cues are read, and drawn by us above the controls.
    element.track.mode = "hidden";
    this.#track = element.track;
  }

  show(shown) {
    this.#shown = shown;
    this.update();
  }

  update() {
    const text = this.#shown ? this.#textAt(this.#video.currentTime) : "";
    if (this.#box.textContent !== text) this.#box.textContent = text;
  }

  #textAt(time) {
    if (this.#track?.cues?.length) return [...(this.#track.activeCues ?? [])].map(({ text }) => text).join("\n");
    return this.#pieces.find(({ from, until }) => time >= from && time < until)?.text ?? "";
  }
}
