// Draws what data-chart specifies, in the page's own colours; where that fails, the picture stands in.
(() => {
  const options = {
    actions: false,
    renderer: "svg",
    ast: true, // an interpreter instead of eval, as the Content-Security-Policy asks
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };
  for (const figure of document.querySelectorAll("[data-chart]")) {
    const spec = JSON.parse(figure.dataset.chart);
    spec.width = "container";
    spec.autosize = { type: "fit-x", contains: "padding" };
    const holder = document.createElement("div");
    holder.className = "vega";
    figure.append(holder);
    const picture = () => {
      const chosen = document.documentElement.dataset.scheme;
      const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      const image = document.createElement("img");
      image.src = figure.dataset.picture + (dark ? "&dark=1" : "");
      image.alt = figure.dataset.words;
      holder.replaceWith(image);
    };
    if (!window.vegaEmbed) {
      picture();
      continue;
    }
    window.vegaEmbed(holder, spec, options).catch(picture);
  }
})();
