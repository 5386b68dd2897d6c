// The scripts of <template id="scripts"> are asked for once all words can be seen: until then these have
// the line and the processor to themselves. The template goes when the last script has run.
addEventListener("DOMContentLoaded", async () => {
  await new Promise(drawn => {
    setTimeout(drawn, 1000); // a browser that tells of no paint, or paints nothing now
    const soon = () => setTimeout(drawn, 50); // what is painted is on its way to the screen
    requestAnimationFrame(() => requestAnimationFrame(() => // with all of the page
      new PerformanceObserver(soon).observe({ type: "paint", buffered: true })));
  });
  const template = document.getElementById("scripts");
  await Promise.all([...template.content.children].map(({ attributes }) => new Promise(done => {
    const script = document.createElement("script");
    script.async = false; // run in their order
    script.src = attributes.src.value;
    script.onload = script.onerror = done;
    document.head.append(script);
  })));
  template.remove();
});
