"""From a recording to HTML, SVG, text and traces."""
