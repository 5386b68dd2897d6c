// The scripts of <template id="scripts"> are asked for once all words can be seen: until then these have
// the line and the processor to themselves. The template goes when the last script has run.
addEventListener("DOMContentLoaded", () => {
  const template = document.getElementById("scripts");
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    Promise.all([...template.content.children].map(({ attributes }) => new Promise(done => {
      const script = document.createElement("script");
      script.async = false; // run in their order
      script.src = attributes.src.value;
      script.onload = script.onerror = done;
      document.head.append(script);
    }))).then(() => template.remove());
  };
  setTimeout(ask, 1000); // a browser that tells of no paint, or paints nothing now
  const drawn = () => setTimeout(ask, 50); // and on its way to the screen
  requestAnimationFrame(() => requestAnimationFrame(() => // with all of the page
    new PerformanceObserver(drawn).observe({ type: "paint", buffered: true })));
});
