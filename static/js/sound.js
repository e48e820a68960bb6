// One sound at a time: samples of voices, and a sentence spoken on request.
import { getResponse, postJSON } from "./http.js";
import { setIcon } from "./icon.js";

const ASK_EVERY_MS = 120;
const GIVE_UP_AFTER_MS = 60_000;

const audio = new Audio();
let button = null;

function silence() {
  audio.pause();
  if (button) setIcon(button.querySelector("svg"), button.dataset.idleIcon);
  button = null;
}

audio.addEventListener("ended", silence);
audio.addEventListener("error", silence);

/** Play an address; `by` shows a pause sign meanwhile, and stops it when pressed again. */
export async function play(address, by) {
  const again = button === by;
  silence();
  if (again) return;
  button = by;
  by.dataset.idleIcon ??= by.querySelector("use").getAttribute("href").split("#")[1];
  setIcon(by.querySelector("svg"), "pause");
  audio.src = address;
  await audio.play();
}

/** Have a text spoken and return the address of its sound. Throws RequestError. */
export async function speak(url, request) {
  const { url: answer } = await postJSON(url, request);
  const until = performance.now() + GIVE_UP_AFTER_MS;
  while (performance.now() < until) {
    const response = await getResponse(answer);
    if (response.status === 200) return URL.createObjectURL(await response.blob());
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  throw new Error("No worker has answered for a minute. Check that one is running, then try again.");
}
