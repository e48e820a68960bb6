"""`python -m rendering.bench.engines`: the measurement without the rest of the product."""

import argparse

from rendering.bench.engines import command

parser = argparse.ArgumentParser(description="Measure the engines on this machine.")
command.add_arguments(parser)
options = parser.parse_args()
figures, on = command.run(options.only, options.report, print)
for figure in figures:
    verdict = {None: "", True: "met", False: "missed"}[figure.met]
    print(f"{figure.engine:10} {figure.what:70} {figure.measured:18} {figure.target:14} {verdict}")
print(on)
