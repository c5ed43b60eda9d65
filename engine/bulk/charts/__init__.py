"""Charts: figures drawn as SVG that stands in a page without any script."""
