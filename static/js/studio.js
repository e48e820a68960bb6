// The studio page: connects the form, the stage, the lists of choices and the draft.
import { avatarTile, backgroundTile, voiceRow } from "./choices.js";
import { Draft, newScene } from "./draft.js";
import { getJSON, postJSON } from "./http.js";
import { Estimate } from "./estimate.js";
import { wireRecorder } from "./recorder.js";
import { wireReview } from "./review.js";
import { remember, showRunning } from "./running.js";
import { drawScenes } from "./scene-strip.js";
import { licenceLine, showHead } from "./heads.js";
import { findSentence, sentenceAt } from "./sentences.js";
import { play, speak } from "./sound.js";
import { Stage } from "./stage.js";
import { showToast } from "./toasts.js";
import { wireUpload } from "./uploads.js";

const CHECK_EVERY_MS = 1000;
const PAUSE = "[pause 0.8s] ";

const data = JSON.parse(document.getElementById("studio-data").textContent);
const form = document.getElementById("studio");
const field = (id) => document.getElementById(id);
const draft = new Draft(data.draft, form.dataset.draftUrl);
const stage = new Stage(field("stage"));
const estimate = new Estimate(form.dataset.estimateUrl, document.querySelectorAll("[data-estimate]"));
let current = 0;

const scene = () => draft.data.scenes[current];
const byId = (rows, id) => rows.find((row) => row.id === id) ?? null;
const chosen = () => ({
  avatar: byId(data.avatars, scene().avatar),
  voice: byId(data.voices, scene().voice),
  background: byId(data.backgrounds, scene().background),
});

// ---- stage -----------------------------------------------------------------------------------------------

async function drawStage() {
  const { avatar, background } = chosen();
  const { layout, title } = scene();
  const note = await stage.show({ aspect: draft.data.aspect, avatar, background, layout, title });
  const box = field("stage-note");
  box.hidden = !note;
  box.textContent = note;
  const before = background ? ` in front of ${background.name}` : "";
  field("stage").setAttribute("aria-label", `Preview: ${avatar?.description ?? "no avatar"}${before}`);
}

function showProblemOfAvatar() {
  const { avatar } = chosen();
  const box = document.querySelector("#avatars [data-problem]");
  const sentence = avatar?.state === "refused" ? avatar.problem : (avatar?.warnings ?? []).join(" ");
  box.hidden = !sentence;
  box.querySelector("p").textContent = sentence;
}

// ---- choices ---------------------------------------------------------------------------------------------

function fill(group, items) {
  document.querySelector(`#${group} [data-list]`).replaceChildren(...items);
}

function listAvatars() {
  fill("avatars", data.avatars.map((row) => avatarTile(row, row.id === scene().avatar, (gone) => remove("avatars", gone))));
  showProblemOfAvatar();
}

function listBackgrounds() {
  const { avatar } = chosen();
  fill(
    "backgrounds",
    data.backgrounds.map((row) =>
      backgroundTile(row, row.id === scene().background, avatar, (gone) => remove("backgrounds", gone)),
    ),
  );
}

function showVoiceTerms() {
  const { voice } = chosen();
  const box = document.querySelector("#voices [data-terms]");
  box.hidden = !voice?.terms;
  if (voice?.terms) box.replaceChildren(...licenceLine(voice.terms));
}

const showHeads = () => showHead(document.getElementById("head-choice"), data.heads, scene());

function listVoices() {
  const language = field("language").value;
  const shown = data.voices.filter((row) => !language || row.language === language || row.id === scene().voice);
  const rank = (row) => (row.own ? 0 : row.problem ? 2 : 1);
  shown.sort((one, other) => rank(one) - rank(other));
  fill("voices", shown.map((row) => voiceRow(row, row.id === scene().voice, playSample, (gone) => remove("voices", gone))));
  showVoiceTerms();
}

async function playSample(voice, button) {
  try {
    await play(voice.sample, button);
  } catch {
    showToast("The sample could not be played. Turn the sound on in your browser and try again.", { category: "error" });
  }
}

async function remove(group, row) {
  try {
    await postJSON(`${form.dataset[`${group}Url`]}/${row.id}/delete`);
  } catch (error) {
    showToast(error.message, { category: "error" });
    return;
  }
  data[group] = data[group].filter(({ id }) => id !== row.id);
  const key = { avatars: "avatar", voices: "voice", backgrounds: "background" }[group];
  const next = group === "voices" ? firstVoice() : data[group][0]?.id;
  for (const each of draft.data.scenes) if (each[key] === row.id) each[key] = next ?? null;
  showToast(`${row.name} is deleted.`, { category: "success" });
  showScene();
  draft.changed();
}

function listLanguages() {
  const names = new Map(data.voices.map((row) => [row.language, row.language_name]));
  for (const [code, name] of [...names].sort((a, b) => a[1].localeCompare(b[1]))) {
    field("language").append(new Option(name, code));
  }
}

// ---- scenes ----------------------------------------------------------------------------------------------

const showScenes = () =>
  drawScenes(field("scenes"), draft.data.scenes, current, { onOpen: openScene, onAdd: addScene, onRemove: removeScene });

function addScene() {
  draft.data.scenes.push(newScene(scene()));
  draft.changed();
  openScene(draft.data.scenes.length - 1);
  field("script").focus();
}

function removeScene() {
  const place = current;
  const [removed] = draft.data.scenes.splice(place, 1);
  draft.changed();
  openScene(Math.max(0, place - 1));
  const undo = () => {
    removed.id = null; // the server may have deleted it by now
    draft.data.scenes.splice(place, 0, removed);
    draft.changed();
    openScene(place);
  };
  showToast(`Scene ${place + 1} is removed.`, { action: { label: "Undo", run: undo } });
}

function openScene(index) {
  current = index;
  showScene();
}

/** Put the current scene into the form. */
function showScene() {
  const { script, layout, title, expression, intensity, speed, pitch } = scene();
  field("script").value = script;
  field("scene-title").value = title;
  field("scene-title-field").toggleAttribute("data-idle", layout === "full");
  form.querySelector(`[name=layout][value=${layout}]`).checked = true;
  field("expression").value = expression;
  for (const [name, value] of Object.entries({ intensity, speed, pitch })) {
    field(name).value = value;
    field(name).dispatchEvent(new Event("input"));
  }
  showScenes();
  listAvatars();
  listVoices();
  listBackgrounds();
  showHeads();
  showCount();
  drawStage();
  estimate.of(draft.data.scenes);
}

// ---- script ----------------------------------------------------------------------------------------------

function showCount() {
  const { script } = scene();
  const all = draft.data.scenes.reduce((sum, each) => sum + each.script.length, 0);
  const words = script.trim() ? script.trim().split(/\s+/).length : 0;
  const over = all > data.limits.characters;
  const counted = `${words.toLocaleString("en")} words, ${script.length.toLocaleString("en")} characters`;
  field("script-count").textContent = over ? `${counted}: ${(all - data.limits.characters).toLocaleString("en")} too many` : counted;
  field("script-count").toggleAttribute("data-over", over);
}

async function hear() {
  const script = field("script");
  const sentence = sentenceAt(script.value, script.selectionStart);
  const button = field("hear");
  const words = button.querySelector("span");
  words.textContent = "Speaking";
  button.setAttribute("aria-busy", "true");
  try {
    const { voice, speed, pitch } = scene();
    const address = await speak(form.dataset.hearUrl, { text: sentence?.text ?? "", voice, speed, pitch });
    await play(address, button);
  } catch (error) {
    showToast(error.message, { category: "error" });
  } finally {
    words.textContent = "Hear this";
    button.removeAttribute("aria-busy");
  }
}

function insertPause() {
  const script = field("script");
  script.setRangeText(PAUSE, script.selectionStart, script.selectionEnd, "end");
  script.dispatchEvent(new Event("input", { bubbles: true }));
  script.focus();
}

// ---- generate --------------------------------------------------------------------------------------------

async function generate() {
  const button = field("generate");
  if (button.disabled) return;
  button.disabled = true;
  const problem = field("generate-problem");
  problem.hidden = true;
  try {
    const { project, render, url } = await postJSON(form.dataset.generateUrl, await draft.forGenerate());
    draft.adopt(project);
    remember(render);
    location.assign(url);
  } catch (error) {
    draft.changed();
    problem.querySelector("p").textContent = error.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
    button.disabled = false;
  }
}

// ---- uploads ---------------------------------------------------------------------------------------------

async function followCheck(avatar) {
  while (avatar.state === "checking") {
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
    try {
      Object.assign(avatar, await getJSON(`${form.dataset.avatarsUrl}/${avatar.id}`));
    } catch (error) {
      if (error.status === 404) return;
    }
  }
  if (review.shows(avatar)) review.update();
  else if (avatar.state === "ready") showToast(`${avatar.name} is ready.`, { category: "success" });
  else if (avatar !== chosen().avatar) showToast(`${avatar.name} cannot be used. ${avatar.problem}`, { category: "error" });
  listAvatars();
  listBackgrounds();
  drawStage();
}

const review = wireReview(field("review-avatar"), async (unwanted) => {
  await remove("avatars", unwanted);
  field("upload-avatar").showModal();
});

wireUpload(field("upload-avatar"), form.dataset.avatarsUrl, (avatar) => {
  data.avatars.unshift(avatar);
  scene().avatar = avatar.id;
  draft.changed();
  showScene();
  review.show(avatar);
  followCheck(avatar);
});

/** Wait until a worker has heard the recording. */
async function followVoice(voice) {
  while (voice.state === "checking") {
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
    try {
      Object.assign(voice, await getJSON(`${form.dataset.voicesUrl}/${voice.id}`));
    } catch (error) {
      if (error.status === 404) return;
    }
  }
  if (voice.state === "ready") showToast(`${voice.name} is ready.`, { category: "success" });
  else showToast(`${voice.name} cannot be used. ${voice.problem}`, { category: "error" });
  listVoices();
}

// Where voices cannot be cloned, the page has no dialog for it.
if (field("upload-voice")) {
  wireRecorder(field("upload-voice"));
  wireUpload(field("upload-voice"), form.dataset.voicesUrl, (voice) => {
    data.voices.unshift(voice);
    scene().voice = voice.id;
    draft.changed();
    showScene();
    followVoice(voice);
  });
}

wireUpload(field("upload-background"), form.dataset.backgroundsUrl, (background) => {
  data.backgrounds.unshift(background);
  scene().background = background.id;
  draft.changed();
  showScene();
});

// ---- events ----------------------------------------------------------------------------------------------

const NUMBERS = { height: Number, fps: Number };

form.addEventListener("change", ({ target }) => {
  const { name, value } = target;
  if (name === "expression" || name === "quality") {
    scene()[name] = value;
  } else if (name === "head") {
    Object.assign(scene(), { head: value, quality: "" });
    showHeads();
    estimate.of(draft.data.scenes);
  } else if (["avatar", "voice", "background", "layout"].includes(name)) {
    scene()[name] = value;
    if (name === "avatar") {
      showProblemOfAvatar();
      listBackgrounds();
    }
    if (name === "voice") showVoiceTerms();
    if (name === "layout") field("scene-title-field").toggleAttribute("data-idle", value === "full");
    drawStage();
  } else if (["aspect", "height", "fps"].includes(name)) {
    draft.data[name] = NUMBERS[name]?.(value) ?? value;
    if (name === "aspect") drawStage();
  } else if (name === "burn_captions") {
    draft.data.burn_captions = target.checked;
  } else if (target.id === "language") {
    return listVoices();
  } else return;
  draft.changed();
});

form.addEventListener("input", ({ target }) => {
  const { name, value } = target;
  if (name === "script") {
    scene().script = value;
    showCount();
    showScenes();
    estimate.of(draft.data.scenes);
  } else if (name === "scene_title") {
    scene().title = value;
    drawStage();
  } else if (name === "project_title") {
    draft.data.title = value;
  } else if (["intensity", "speed", "pitch"].includes(name)) {
    scene()[name] = Number(value);
    if (name === "speed") estimate.of(draft.data.scenes);
  } else return;
  draft.changed();
});

for (const name of ["intensity", "speed"]) {
  field(name).addEventListener("input", ({ target }) => (field(`${name}-value`).value = `${Number(target.value).toFixed(2)}×`));
}
field("pitch").addEventListener("input", ({ target }) => {
  const semitones = Number(target.value);
  field("pitch-value").value = semitones > 0 ? `+${semitones}` : String(semitones);
});
field("hear").addEventListener("click", hear);
field("pause").addEventListener("click", insertPause);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  generate();
});
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    generate();
  }
});
// Enter in a one-line field would generate by accident.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input[type=text]") && !event.ctrlKey) event.preventDefault();
});

// Coming back with the browser's own button shows this page as it was left.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) field("generate").disabled = false;
});

draft.addEventListener("state", ({ detail: { state, message } }) => {
  const box = field("save-state");
  box.textContent = { saving: "Saving", saved: "Saved", failed: `Not saved. ${message}` }[state];
  box.classList.toggle("text-destructive", state === "failed");
});
addEventListener("beforeunload", (event) => {
  if (draft.failing) event.preventDefault();
});

// ---- start -----------------------------------------------------------------------------------------------

/** The first voice that can speak: one's own are chosen by hand. */
function firstVoice() {
  return data.voices.find(({ problem, own }) => !problem && !own)?.id;
}

function chooseFirst() {
  const first = scene();
  const wanted = byId(data.avatars, data.preset);
  first.avatar = wanted?.id ?? first.avatar ?? data.avatars.find(({ state }) => state === "ready")?.id ?? null;
  first.voice ??= firstVoice() ?? null;
  first.background ??= data.backgrounds[0]?.id ?? null;
}

function selectSentence() {
  if (!data.sentence) return;
  const index = draft.data.scenes.findIndex(({ script }) => findSentence(script, data.sentence));
  if (index < 0) return;
  openScene(index);
  const script = field("script");
  script.focus();
  script.setSelectionRange(...findSentence(script.value, data.sentence));
}

chooseFirst();
field("project-title").value = draft.data.title;
for (const name of ["aspect", "height", "fps"]) field(name).value = draft.data[name];
field("burn-captions").checked = draft.data.burn_captions;
listLanguages();
showScene();
selectSentence();
showRunning(field("running"), data.running, form.dataset.rendersUrl);
data.avatars.filter(({ state }) => state === "checking").forEach(followCheck);
data.voices.filter(({ state }) => state === "checking").forEach(followVoice);
