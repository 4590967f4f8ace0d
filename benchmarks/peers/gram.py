"""FullRank, PyTorch and JAX on the same Gram, turn by turn: gram.py FOLDER ROUNDS CASES JAVA...

Started by benchmarks/gram, which fills in JAVA, the command of org.fullrank.benchmarks.GramPeer without its arguments. Needs
numpy, torch and jax. CASES are separated by commas, none means all; a case is FAMILY-WIDTH-SAMPLES-OUTPUTS-TYPE with the family
plain, residual or trace (the trace kernel of the plain network, also timed against our own full Gram) and the type f64 or f32.

Each peer is a process of its own that stays alive and waits for its turn, blocked on its input. FullRank writes network and
inputs, and for every peer the largest difference from FullRank's matrix, relative to the largest diagonal entry, must not exceed
the tolerance. A ratio is the peer's time over FullRank's: below 1 FullRank loses. torch.func gets one turn after a warm-up, and
mostly does not fit the memory. FOLDER gets a file with every single time, the machine and the versions.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

KINDS = ("f64", "f32")
HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [f"plain-{width}-{n}-1-{kind}" for width in (512, 2048) for n in (1000, 2000) for kind in KINDS]
CASES += [f"{case}-{kind}" for case in ("plain-512-1000-10", "residual-512-1000-1", "trace-512-1000-10") for kind in KINDS]
TOLERANCE = {"f64": 1e-11, "f32": 1e-4}
OURS = "FullRank"
SCRIPTS = {"PyTorch": "gram_torch.py", "JAX": "gram_jax.py"}
WARM_UP = 12.0  # seconds, and at least two runs: compilers of the JVM need some ten of them
TURN = 0.5  # seconds, and at least one run
PAUSE = 0.1  # seconds between turns, in which the threads of the last one fall asleep
OUT_OF_MEMORY = "out of memory"
PHYSICAL = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
LIMIT = min(14 << 30, PHYSICAL * 3 // 5)  # bytes for torch.func, so that the machine survives


class Peer:
    def __init__(self, command):
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.hello = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"ended with {self.process.wait()}: {' '.join(self.process.args)}")
        return line.strip()

    def ask(self, question):
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Side:
    """One work of one peer and its times in milliseconds per run, one for each turn."""

    def __init__(self, peer, work):
        self.peer, self.work, self.repeats, self.times = peer, work, 1, []

    def run(self):
        return float(self.peer.ask(f"{self.work} {self.repeats}"))

    def warm_up(self):
        start = time.perf_counter()
        self.run()
        last = self.run()
        while time.perf_counter() - start < WARM_UP:
            last = self.run()
        self.repeats = max(1, round(1e3 * TURN / last))

    def turn(self):
        time.sleep(PAUSE)
        self.times.append(self.run())


def spread(values):
    """Median and quartiles."""
    if len(values) == 1:
        return values * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def stored_jacobian(folder, work):
    """torch.func: its greeting, its difference and one time, or the reason why there is none."""
    hello = "torch.func"
    if os.environ.get("TORCH_FUNC") == "no":
        return hello, None, "not run"
    try:
        peer = Peer([sys.executable, os.path.join(HERE, "gram_torch_func.py"), folder, str(LIMIT)])
        hello = peer.hello
        answer = peer.ask(f"check {work}")
        if answer == OUT_OF_MEMORY:
            peer.close()
            return hello, None, answer
        milliseconds = float(peer.ask(f"{work} 1"))
        peer.close()
        return hello, float(answer), milliseconds
    except (RuntimeError, ValueError) as error:  # the process is gone: a library need not survive an allocation that fails
        return hello, None, str(error)


def measure(case, rounds, java):
    family, width, n, k, kind = case.split("-")
    work, family = ("trace", "plain") if family == "trace" else ("gram", family)
    with tempfile.TemporaryDirectory() as folder:
        ours = Peer(java + [folder, family, width, n, k, kind])
        peers = {name: Peer([sys.executable, os.path.join(HERE, script), folder]) for name, script in SCRIPTS.items()}
        ours.ask(f"save {work}")
        differences = {name: float(peer.ask(f"check {work}")) for name, peer in peers.items()}
        func, difference, stored = stored_jacobian(folder, work)
        if difference is not None:
            differences["torch.func"] = difference
        os.remove(os.path.join(folder, work + ".npy"))
        sides = {OURS: Side(ours, work)}
        if work == "trace":
            sides["FullRank, full Gram"] = Side(ours, "gram")
        sides.update({name: Side(peer, work) for name, peer in peers.items()})
        for side in sides.values():
            side.warm_up()
        before = os.getloadavg()
        for _ in range(rounds):
            for side in sides.values():
                side.turn()
        after = os.getloadavg()
        for peer in (ours, *peers.values()):
            peer.close()
    return {
        "case": case,
        "work": work,
        "hello": {OURS: ours.hello, "torch.func": func, **{name: peer.hello for name, peer in peers.items()}},
        "load": [before, after],
        "runs_per_turn": {name: side.repeats for name, side in sides.items()},
        "milliseconds": {name: side.times for name, side in sides.items()},
        "torch.func": stored,
        "difference": differences,
        "agrees": all(d <= TOLERANCE[kind] for d in differences.values()),
    }


def ratio(times, name):
    return statistics.median(times[name]) / statistics.median(times[OURS])


def report(result):
    load = " -> ".join(f"{at[0]:.2f}" for at in result["load"])
    print(f"\n{result['case']}: {len(result['milliseconds'][OURS])} rounds, load {load}")
    times = result["milliseconds"]
    for name, own in times.items():
        middle, low, high = spread(own)
        line = f"  {name:19s} median {middle:9.2f} ms ({low:.2f} to {high:.2f}), best {min(own):9.2f}"
        if name != OURS:
            of_rounds, low, high = spread([b / a for a, b in zip(times[OURS], own)])
            line += f"; ratio of medians {ratio(times, name):5.2f}, of rounds {of_rounds:5.2f} ({low:.2f} to {high:.2f})"
        print(line)
    stored = result["torch.func"]
    if isinstance(stored, float):
        print(f"  torch.func          once {stored:11.2f} ms; ratio {stored / statistics.median(times[OURS]):.2f}")
    else:
        print(f"  torch.func          {stored}, limit {LIMIT / 2**30:.1f} GiB")
    print("  differences " + ", ".join(f"{name} {d:.1e}" for name, d in result["difference"].items())
          + ("" if result["agrees"] else ": THEY DIFFER, it was not the same work"), flush=True)


def table(results):
    """Everything in one place, for Markdown; a ratio below 1 is a loss and is marked."""
    cell = lambda value: f"{value:.2f}" + (" (slower)" if value < 1 else "")
    print("\n| case | FullRank, ms | PyTorch / ours | JAX / ours | torch.func / ours | own full Gram / trace |")
    print("|---|---|---|---|---|---|")
    for result in results:
        times, stored = result["milliseconds"], result["torch.func"]
        ours = statistics.median(times[OURS])
        last = cell(ratio(times, "FullRank, full Gram")) if result["work"] == "trace" else ""
        print(f"| {result['case']} | {ours:.1f} | {cell(ratio(times, 'PyTorch'))} | {cell(ratio(times, 'JAX'))} | "
              + f"{cell(stored / ours) if isinstance(stored, float) else stored} | {last} |")


def machine():
    model = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), model)
    return {"processor": model, "cpus": os.cpu_count(), "memory_gib": round(PHYSICAL / 2**30, 1), "system": platform.platform(),
            "threads": os.environ.get("OMP_NUM_THREADS"), "python": platform.python_version()}


def main():
    folder, rounds, cases, java = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    about = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "machine": machine(), "rounds": rounds}
    print(about["machine"])
    results = []
    file = os.path.join(folder, time.strftime("gram-%Y%m%d-%H%M%S.json"))
    for case in cases.split(",") if cases else CASES:
        results.append(measure(case, rounds, java))
        if len(results) == 1:
            print(*results[0]["hello"].values(), sep="\n")
        report(results[-1])
        with open(file, "w", encoding="utf-8") as out:  # after every case: a long run may be cut short
            json.dump({**about, "cases": results}, out, indent=1)
    table(results)
    print(f"\nevery single time: {file}")
    different = [result["case"] for result in results if not result["agrees"]]
    if different:
        sys.exit("the results differ: " + ", ".join(different))


if __name__ == "__main__":
    main()
