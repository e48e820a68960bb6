// A recording with the microphone, in place of a chosen file.

const LONGEST_MS = 15_000;
const TELL_EVERY_MS = 200;

/** Wire the recorder of a dialog (templates/studio/_clone_voice.html). Hidden where there is no microphone. */
export function wireRecorder(dialog) {
  const box = dialog.querySelector("[data-recorder]");
  if (!navigator.mediaDevices?.getUserMedia || !globalThis.MediaRecorder) return;
  box.hidden = false;
  const button = box.querySelector("[data-record]");
  const words = button.querySelector("span");
  const said = box.querySelector("[data-recorded]");
  const input = dialog.querySelector("input[type=file]");
  const invitation = words.textContent;
  let recorder = null;
  let wanted = true;

  /** What was heard becomes the form's file, as if it had been chosen. */
  const hand = (parts, type) => {
    const files = new DataTransfer();
    const suffix = type.includes("mp4") ? "m4a" : type.includes("ogg") ? "ogg" : "webm";
    files.items.add(new File(parts, `My voice.${suffix}`, { type }));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const record = (stream) => {
    const parts = [];
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    const made = new MediaRecorder(stream);
    const tell = setInterval(() => (said.textContent = `${seconds().toFixed(1)} s of at most 15`), TELL_EVERY_MS);
    const end = setTimeout(() => made.stop(), LONGEST_MS);
    made.addEventListener("dataavailable", ({ data }) => parts.push(data));
    made.addEventListener("stop", () => {
      clearInterval(tell);
      clearTimeout(end);
      for (const track of stream.getTracks()) track.stop();
      recorder = null;
      words.textContent = invitation;
      said.textContent = wanted ? `Recorded ${Math.min(seconds(), LONGEST_MS / 1000).toFixed(1)} s.` : "";
      if (wanted) hand(parts, made.mimeType);
    });
    made.start();
    words.textContent = "Stop";
    return made;
  };

  button.addEventListener("click", async () => {
    if (recorder) return recorder.stop();
    wanted = true;
    button.disabled = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (dialog.open) recorder = record(stream);
      else for (const track of stream.getTracks()) track.stop();
    } catch {
      said.textContent = "The microphone cannot be used. Allow it in your browser, or choose a file.";
    } finally {
      button.disabled = false;
    }
  });

  // Cancel, Esc: nobody listens on.
  dialog.addEventListener("close", () => {
    wanted = false;
    recorder?.stop();
    said.textContent = "";
  });
}
