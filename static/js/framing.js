// Where everything lies in the frame. The same geometry as rendering/pipeline/layout.py, so that the stage
// shows what will be rendered; tests/browser compares the two.

const MEDIUM_CLOSE_UP = { face: [0.33, 0.28, 0.38], eyes: [0.4, 0.34, 0.46], drift: 0.04 };
const CLOSE_UP = { face: [0.42, 0.22, 0.66], eyes: [0.42, 0.3, 0.55], drift: 0.12 };
const PORTRAIT_CARD = { face: [0.4, 0.32, 0.48], eyes: [0.42, 0.34, 0.5], drift: 0.08 };
const CIRCLE_CROP = { face: [0.44, 0.36, 0.52], eyes: [0.46, 0.4, 0.52], drift: 0.08 };
const STEPS = 21;
const WIDEST_FACE = 0.8;
const SLACK = 0.01;
const MARGIN = 0.07;
const CORNER = 0.04;

const even = (value) => Math.trunc(value / 2) * 2;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const steps = ([, low, high]) => Array.from({ length: STEPS }, (_, i) => low + ((high - low) * i) / (STEPS - 1));

/** Width and height in pixels of an aspect such as "16:9" whose shorter side is `short`. */
export function frameSize(aspect, short) {
  const [across, down] = aspect.split(":").map(Number);
  const long = Math.round((short * Math.max(across, down)) / Math.min(across, down) / 2) * 2;
  return across >= down ? [long, short] : [short, long];
}

/** The subject of an avatar's facts (rendering/pipeline/stage.py), or null while there are none. */
export function subjectOf(facts) {
  if (!facts?.width) return null;
  return {
    width: facts.width,
    height: facts.height,
    eyes: facts.eyes,
    faceHeight: facts.face_height,
    leftFrom: facts.left_from ?? Infinity,
    rightFrom: facts.right_from ?? Infinity,
    cutTop: facts.cut_top,
  };
}

/**
 * Lay out one scene. Returns {placement: {width, height, scale, left, top}, left, top, shape, radius, room}:
 * the picture inside the panel, the panel in the frame, and the room for the title as [left, top, right, bottom].
 */
export function arrange(subject, size, layout, { title, needsPlate, busy }) {
  if (layout === "full") {
    const placement = place(subject, size, [MEDIUM_CLOSE_UP, CLOSE_UP], needsPlate);
    return placement
      ? { placement, left: 0, top: 0, shape: "frame", radius: 0, room: null }
      : card(subject, size, "centre", false);
  }
  if (layout === "circle") return circle(subject, size, busy || title, title);
  return card(subject, size, layout === "card-left" ? "left" : "right", title);
}

function place(subject, size, framings, cover) {
  for (const framing of framings) {
    let best = null;
    for (const eyes of [...steps(framing.eyes), subject.eyes[1] / subject.height]) {
      for (const face of [...steps(framing.face), leastFace(subject, size, eyes, cover)]) {
        const option = fit(subject, size, framing, face, eyes, cover);
        if (option && (!best || option.cost < best.cost)) best = option;
      }
    }
    if (best) return best.placement;
  }
  return null;
}

function leastFace(subject, [width, height], eyes, cover) {
  let scale = ((1 - eyes) * height) / (subject.height - subject.eyes[1]);
  if (cover) scale = Math.max(scale, width / subject.width);
  if (cover || subject.cutTop) scale = Math.max(scale, (eyes * height) / subject.eyes[1]);
  return (scale * subject.faceHeight) / height;
}

function fit(subject, [width, height], framing, face, eyes, cover) {
  const [, least, greatest] = framing.face;
  const [, highestEyes, lowestEyes] = framing.eyes;
  if (face < least || face > Math.min(greatest, (WIDEST_FACE * width) / height)) return null;
  if (eyes < highestEyes || eyes > lowestEyes) return null;
  const scale = (face * height) / subject.faceHeight;
  const across = scale * subject.width;
  const down = scale * subject.height;
  const top = eyes * height - scale * subject.eyes[1];
  if (top + down < height - SLACK || ((cover || subject.cutTop) && top > SLACK)) return null;
  const wanted = width / 2 - scale * subject.eyes[0];
  const mustLeft = cover || top + scale * subject.leftFrom < height;
  const mustRight = cover || top + scale * subject.rightFrom < height;
  const lowest = mustRight ? width - across : wanted;
  const highest = mustLeft ? 0 : wanted;
  if (mustLeft && mustRight && lowest > highest + SLACK) return null;
  const left = mustLeft ? Math.min(Math.max(wanted, lowest), highest) : Math.max(wanted, lowest);
  const drift = Math.abs(left - wanted) / width;
  if (drift > framing.drift) return null;
  const cost =
    Math.abs(face - framing.face[0]) / 0.05 + Math.abs(eyes - framing.eyes[0]) / 0.04 + drift / 0.04;
  return { cost, placement: { width, height, scale, left, top } };
}

function filled(subject, size, framing) {
  const placement = place(subject, size, [framing], true);
  if (placement) return placement;
  const [width, height] = size;
  const least = Math.max(width / subject.width, height / subject.height);
  const scale = Math.max(least, (framing.face[0] * height) / subject.faceHeight);
  const left = width / 2 - scale * subject.eyes[0];
  const top = framing.eyes[0] * height - scale * subject.eyes[1];
  return {
    width,
    height,
    scale,
    left: clamp(left, width - scale * subject.width, 0),
    top: clamp(top, height - scale * subject.height, 0),
  };
}

function card(subject, [width, height], side, title) {
  const short = Math.min(width, height);
  const margin = Math.round(short * MARGIN);
  let across, down, left, top;
  let room = null;
  if (width > height) {
    down = even(height * 0.78);
    across = even(Math.min(width * 0.42, down * 0.95));
    left = { left: margin, right: width - margin - across, centre: Math.floor((width - across) / 2) }[side];
    top = Math.floor((height - down) / 2);
    if (title) {
      room =
        side === "left"
          ? [left + across + margin, top, width - margin, top + down]
          : [margin, top, left - margin, top + down];
    }
  } else {
    across = even(width - 2 * margin);
    down = even(Math.min(across * 1.15, height * (title ? 0.62 : 0.8)));
    left = margin;
    top = title ? height - 2 * margin - down : Math.floor((height - down) / 2);
    if (title) room = [margin, margin, width - margin, top - margin];
  }
  return {
    placement: filled(subject, [across, down], PORTRAIT_CARD),
    left: even(left),
    top: even(top),
    shape: "rounded",
    radius: Math.round(short * CORNER),
    room,
  };
}

function circle(subject, [width, height], corner, title) {
  const short = Math.min(width, height);
  const margin = Math.round(short * MARGIN);
  const side = even(short * (corner ? 0.44 : 0.8));
  const left = corner ? width - margin - side : Math.floor((width - side) / 2);
  const top = corner ? height - margin - side : Math.floor((height - side) / 2);
  const beside = title && width > height;
  return {
    placement: filled(subject, [side, side], CIRCLE_CROP),
    left: even(left),
    top: even(top),
    shape: "circle",
    radius: side / 2,
    room: title
      ? beside
        ? [margin, margin, left - margin, height - margin]
        : [margin, margin, width - margin, top - margin]
      : null,
  };
}
