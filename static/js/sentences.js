// Sentences of a script as the person sees them, for the cursor and for "change a sentence".

/** [{text, start, end}] of every sentence; start and end are places in the script. */
export function sentencesOf(script) {
  const segments = [];
  // Lines are sentences of their own, as titles and list entries have no full stop.
  for (const line of script.matchAll(/[^\n]+/g)) {
    for (const { segment, index } of new Intl.Segmenter("en", { granularity: "sentence" }).segment(line[0])) {
      const text = segment.trim();
      if (!text) continue;
      const start = line.index + index + segment.indexOf(text);
      segments.push({ text, start, end: start + text.length });
    }
  }
  return segments;
}

/** The sentence at a place in the script: the one it lies in, else the last before it, else the first. */
export function sentenceAt(script, place) {
  const all = sentencesOf(script);
  return all.find(({ start, end }) => place >= start && place <= end) ?? all.findLast(({ end }) => end < place) ?? all[0];
}

/** Where a sentence stands in a script, whatever the spaces and line ends between its words: [start, end]. */
export function findSentence(script, sentence) {
  const words = sentence.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const match = script.match(new RegExp(words.join("\\s+")));
  return match ? [match.index, match.index + match[0].length] : null;
}
