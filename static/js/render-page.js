// One render coming to life. The page is drawn from the snapshot; events change the snapshot and draw again.
import { postJSON } from "./http.js";
import { icon } from "./icon.js";
import { Player } from "./player.js";
import { ProgressSocket } from "./progress-socket.js";
import { forget, isActive, remember } from "./running.js";
import { drawSentences } from "./sentence-list.js";
import { about } from "./times.js";
import { showToast } from "./toasts.js";

const page = JSON.parse(document.getElementById("render-data").textContent);
const root = document.getElementById("render-page");
const part = (name) => root.querySelector(`[data-${name}]`);
const player = new Player(document.getElementById("player"));
const socket = new ProgressSocket(page.socketPath, page.snapshotUrl, receive);
let snapshot = page.snapshot;

const FILE_NAMES = { mp4: "Download video", webm: "With transparency (WebM)", vtt: "Captions (VTT)", srt: "Captions (SRT)" };

// ---- news ------------------------------------------------------------------------------------------------

function receive(message) {
  if (message.type === "gone") {
    part("label").textContent = "This video was deleted";
    forget(snapshot.id);
    return;
  }
  if (message.type === "snapshot") snapshot = message;
  else apply[message.kind]?.(message);
  draw();
  // The event that ends a render is followed by a snapshot, which has the files.
  if (message.type === "snapshot" && !isActive(snapshot.state)) socket.stop();
}

/** What each kind of event changes in the snapshot. */
const apply = {
  state({ state, label, problem }) {
    Object.assign(snapshot, { state, label, problem });
  },
  progress({ position, stage, segment_frames_done: done, segment_frames_planned: planned, ...rest }) {
    const { frames_done, frames_planned, progress, label, seconds_left } = rest;
    Object.assign(snapshot, { frames_done, frames_planned, progress, label, seconds_left });
    const segment = snapshot.segments[position];
    if (!segment || segment.state === "done") return;
    segment.state = stage === "speech" ? "speech" : "face";
    segment.label = stage === "speech" ? "Speaking" : "Face";
    segment.frames_done = done;
    segment.frames_planned = planned || segment.frames_planned;
  },
  segment({ position, state, label, frames_done, frames_planned, duration, poster }) {
    const segment = snapshot.segments[position];
    if (!segment) return;
    Object.assign(segment, { state, label, frames_done, frames_planned, duration, poster });
    let start = 0;
    for (const each of snapshot.segments) {
      each.start = start;
      start += each.duration;
    }
  },
  preview({ preview }) {
    snapshot.preview = preview;
  },
};

// ---- drawing ---------------------------------------------------------------------------------------------

function draw() {
  const { segments, state } = snapshot;
  const firstGap = segments.findIndex((segment) => segment.state !== "done");
  const ready = firstGap < 0 ? segments : segments.slice(0, firstGap);
  const seconds = (list) => list.reduce((sum, { duration }) => sum + duration, 0);
  drawPlayer({ total: seconds(segments), rendered: seconds(ready), complete: segments.length > 0 && firstGap < 0, segments });
  drawProgress();
  drawFiles();
  drawSentences(part("sentences"), segments, {
    studioUrl: page.studioUrl,
    active: isActive(state),
    onPlay: (start) => player.seek(start),
  });
  part("no-sentences").hidden = segments.length > 0 || !isActive(state);
  if (isActive(state)) remember(snapshot.id);
  else forget(snapshot.id);
}

function drawPlayer(times) {
  const file = (kind) => snapshot.files.find((each) => each.kind === kind)?.url;
  if (snapshot.state === "done" && file("mp4")) player.showFile(file("mp4"), snapshot.poster);
  else if (times.rendered > 0) player.playLive(page.playlistUrl);
  player.showPreview(snapshot.preview);
  player.showWaiting(
    {
      failed: "This video could not be finished.",
      cancelled: "This video was cancelled.",
    }[snapshot.state] ?? "The first sentence plays as soon as it is ready.",
    isActive(snapshot.state),
  );
  player.update({ ...times, captions: file("vtt") });
}

function drawProgress() {
  const { state, label, progress, frames_done, frames_planned, seconds_left, queue_position, problem } = snapshot;
  const active = isActive(state);
  const status = part("label");
  // Only when it differs: a live region speaks up at every change.
  if (status.textContent !== label) status.textContent = label;
  part("live").hidden = !active;
  part("progress").value = progress;
  part("progress").hidden = state === "done";
  part("left").textContent = leftSentence(state, seconds_left, queue_position);
  part("frames").textContent = frames_planned
    ? `${frames_done.toLocaleString("en")} of ${frames_planned.toLocaleString("en")} frames, ${Math.floor(100 * progress)} %`
    : "";
  part("frames").hidden = state === "done";
  part("problem").hidden = !problem;
  part("problem").querySelector("p").textContent = problem;
  part("cancel").hidden = !active;
  part("retry").hidden = !(state === "failed" || state === "cancelled");
  part("edit").hidden = !page.studioUrl;
  if (page.studioUrl) part("edit").href = page.studioUrl;
  document.title = `${active ? `${Math.floor(100 * progress)} % · ` : ""}${snapshot.title} · Avatar Lab`;
}

function leftSentence(state, seconds, position) {
  if (state === "queued") return position > 1 ? `Number ${position} in line` : "Next in line";
  if (state === "running" && seconds !== null) return `${about(seconds)} left`;
  return "";
}

function drawFiles() {
  const box = part("files");
  const shown = snapshot.files.map(({ url }) => url).join();
  if (box.dataset.shown === shown) return;
  box.dataset.shown = shown;
  box.replaceChildren(
    ...snapshot.files.map(({ kind, download, name }) => {
      const link = document.createElement("a");
      link.className = "btn";
      link.href = download;
      link.download = name;
      if (kind !== "mp4") link.dataset.variant = "outline";
      link.append(icon("download"), FILE_NAMES[kind] ?? name);
      return link;
    }),
  );
}

// ---- what a person can do --------------------------------------------------------------------------------

async function act(button, url) {
  button.disabled = true;
  try {
    snapshot = await postJSON(url);
    draw();
    socket.stop();
    if (isActive(snapshot.state)) socket.start();
  } catch (error) {
    showToast(error.message, { category: "error" });
  } finally {
    button.disabled = false;
  }
}

part("cancel").addEventListener("click", ({ currentTarget }) => act(currentTarget, page.cancelUrl));
part("retry").addEventListener("click", ({ currentTarget }) => act(currentTarget, page.retryUrl));

const title = document.getElementById("render-title");
title.addEventListener("change", async () => {
  const state = document.getElementById("title-state");
  try {
    snapshot.title = (await postJSON(page.renameUrl, { title: title.value })).title;
    state.textContent = "Saved";
    drawProgress();
  } catch (error) {
    state.textContent = error.message;
    title.value = snapshot.title;
  }
});

draw();
if (isActive(snapshot.state)) socket.start();
