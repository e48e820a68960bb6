// Times as people say them.

/** 0:07, 1:05, 1:02:03. */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** "about 20 seconds", "about 3 minutes": rounded, because an estimate is not more exact than that. */
export function about(seconds) {
  if (seconds < 3) return "a moment";
  if (seconds < 15) return `about ${Math.round(seconds)} seconds`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} seconds`;
  if (seconds < 5400) return `about ${Math.max(2, Math.round(seconds / 60))} minutes`;
  return `about ${Math.round(seconds / 3600)} hours`;
}
