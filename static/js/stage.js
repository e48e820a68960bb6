// The stage: avatar, background, layout and title composed in a canvas, at once, as the pipeline will.
import { arrange, frameSize, subjectOf } from "./framing.js";

// The same numbers as rendering/pipeline/{background,overlay}.py.
const SHORT_SIDE = 720;
const BLUR = 0.03;
const NEUTRAL = "#f1f4f9";
const SHADOW = { alpha: 0.38, blur: 0.025, drop: 0.014 };
const TITLE = { largest: 0.092, smallest: 0.04, lines: 6, leading: 1.25 };
const DARK_TEXT = "#0b1b3a";
const MIDDLE_GREY = 140;

const pictures = new Map();

/** A picture by address, decoded; null when it cannot be loaded. Each is fetched once. */
function picture(address) {
  if (!address) return Promise.resolve(null);
  if (!pictures.has(address)) {
    const image = new Image();
    image.src = address;
    pictures.set(address, image.decode().then(() => image, () => null));
  }
  return pictures.get(address);
}

export class Stage {
  #canvas;
  #context;
  #latest = 0;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  /**
   * Draw a scene. avatar, background: as studio/page.py describes them, or null.
   * Resolves to what could not be shown, as a sentence, or "".
   */
  async show({ aspect, avatar, background, layout, title }) {
    const turn = ++this.#latest;
    const [cutout, whole, behind] = await Promise.all([
      picture(avatar?.cutout),
      picture(avatar?.picture),
      picture(background?.kind === "video" ? background.thumbnail : background?.media),
      document.fonts.load("600 48px Inter"),
    ]);
    // A later choice has overtaken this one.
    if (turn !== this.#latest) return "";
    const size = frameSize(aspect, SHORT_SIDE);
    if (this.#canvas.width !== size[0] || this.#canvas.height !== size[1]) {
      [this.#canvas.width, this.#canvas.height] = size;
    }
    const kind = background?.kind ?? "keep";
    const subject = subjectOf(avatar?.facts);
    const panel = subject
      ? arrange(subject, size, layout, {
          title: Boolean(title) && layout !== "full",
          needsPlate: kind === "keep",
          busy: kind === "image" || kind === "video",
        })
      : null;
    this.#behind(size, background, kind, behind, whole, panel);
    if (!panel) return whyEmpty(avatar);
    if (panel.shape === "frame") this.#person(kind === "keep" ? (whole ?? cutout) : cutout, subject, panel.placement);
    else this.#panel(size, subject, panel, whole ?? cutout);
    if (title && panel.room) this.#title(title, panel.room, size, kind === "video");
    return "";
  }

  #behind([width, height], background, kind, image, whole, panel) {
    const context = this.#context;
    context.save();
    context.fillStyle = NEUTRAL;
    context.fillRect(0, 0, width, height);
    if (kind === "colour") {
      context.fillStyle = background.colours[0];
      context.fillRect(0, 0, width, height);
    } else if (kind === "gradient") {
      context.fillStyle = this.#gradient(background, width, height);
      context.fillRect(0, 0, width, height);
    } else if (kind === "transparent") {
      this.#checkerboard(width, height);
    } else if (image) {
      cover(context, image, width, height);
    } else if (whole && (kind === "blur" || panel?.shape !== "frame")) {
      context.filter = `blur(${BLUR * Math.min(width, height)}px)`;
      // Blurring fades towards transparent borders, which therefore lie outside.
      const bleed = 0.1 * Math.max(width, height);
      context.translate(-bleed, -bleed);
      cover(context, whole, width + 2 * bleed, height + 2 * bleed);
    }
    context.restore();
  }

  /** CSS Images 3, section 3.1: 0 degrees points up, 90 to the right. */
  #gradient({ colours, angle }, width, height) {
    const direction = (angle * Math.PI) / 180;
    const x = Math.sin(direction);
    const y = -Math.cos(direction);
    const half = (Math.abs(width * x) + Math.abs(height * y)) / 2;
    const gradient = this.#context.createLinearGradient(
      width / 2 - x * half,
      height / 2 - y * half,
      width / 2 + x * half,
      height / 2 + y * half,
    );
    colours.forEach((colour, i) => gradient.addColorStop(i / Math.max(1, colours.length - 1), colour));
    return gradient;
  }

  #checkerboard(width, height) {
    const side = 24;
    this.#context.fillStyle = "#d5deec";
    for (let y = 0; y < height; y += side) {
      for (let x = (y / side) % 2 ? side : 0; x < width; x += 2 * side) this.#context.fillRect(x, y, side, side);
    }
  }

  #person(image, subject, { scale, left, top }) {
    if (!image) return;
    this.#context.imageSmoothingQuality = "high";
    this.#context.drawImage(image, left, top, subject.width * scale, subject.height * scale);
  }

  #panel([width, height], subject, panel, image) {
    const context = this.#context;
    const { placement } = panel;
    const short = Math.min(width, height);
    context.save();
    context.beginPath();
    context.roundRect(panel.left, panel.top, placement.width, placement.height, panel.radius);
    context.save();
    context.shadowColor = `rgb(0 0 0 / ${SHADOW.alpha})`;
    // The canvas takes twice the standard deviation.
    context.shadowBlur = 2 * SHADOW.blur * short;
    context.shadowOffsetY = SHADOW.drop * short;
    context.fillStyle = NEUTRAL;
    context.fill();
    context.restore();
    context.clip();
    context.translate(panel.left, panel.top);
    this.#person(image, subject, placement);
    context.restore();
  }

  #title(title, [left, top, right, bottom], [width, height], moving) {
    const context = this.#context;
    const short = Math.min(width, height);
    let points = Math.round(TITLE.largest * short);
    let lines = [];
    for (; ; points -= 2) {
      context.font = `600 ${points}px Inter`;
      lines = wrap(context, title, right - left);
      const widest = Math.max(...lines.map((line) => context.measureText(line).width));
      const fits = widest <= right - left && lines.length * points * TITLE.leading <= bottom - top;
      if ((fits && lines.length <= TITLE.lines) || points <= TITLE.smallest * short) break;
    }
    lines = lines.slice(0, TITLE.lines);
    const dark = !moving && this.#luma(left, top, right - left, bottom - top) >= MIDDLE_GREY;
    context.fillStyle = dark ? DARK_TEXT : "#ffffff";
    context.textBaseline = "top";
    const step = Math.round(points * TITLE.leading);
    const free = bottom - top - step * lines.length;
    lines.forEach((line, i) => context.fillText(line, left, top + (width > height ? free / 2 : free) + i * step));
  }

  #luma(left, top, width, height) {
    if (width < 1 || height < 1) return 0;
    const { data } = this.#context.getImageData(left, top, width, height);
    let sum = 0;
    let count = 0;
    // Every 16th pixel is enough for a mean.
    for (let i = 0; i < data.length; i += 64, count++) {
      sum += 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
    }
    return sum / count;
  }
}

function whyEmpty(avatar) {
  if (!avatar) return "Choose an avatar.";
  return avatar.state === "checking" ? `${avatar.name} is being checked.` : `${avatar.name} cannot be used.`;
}

/** Fill a rectangle at the origin with an image, centred, what is left over cut off. */
function cover(context, image, width, height) {
  const scale = Math.max(width / image.naturalWidth, height / image.naturalHeight);
  const across = width / scale;
  const down = height / scale;
  context.imageSmoothingQuality = "high";
  context.drawImage(
    image,
    (image.naturalWidth - across) / 2,
    (image.naturalHeight - down) / 2,
    across,
    down,
    0,
    0,
    width,
    height,
  );
}

/** The fewest lines no wider than `width`, and then about equally long. */
function wrap(context, text, width) {
  const words = text.split(/\s+/).filter(Boolean);
  const greedy = (limit) => {
    const lines = [];
    for (const word of words) {
      const longer = `${lines.at(-1)} ${word}`;
      if (lines.length && context.measureText(longer).width <= limit) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  };
  const lines = greedy(width);
  if (lines.length < 2) return lines;
  let [narrow, wide] = [width / 2, width];
  for (let i = 0; i < 8; i++) {
    const middle = (narrow + wide) / 2;
    if (greedy(middle).length > lines.length) narrow = middle;
    else wide = middle;
  }
  return greedy(wide);
}
