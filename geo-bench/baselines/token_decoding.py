"""PyTorch's times for TokenDecodingBenchmark: a network of the same shapes built from PyTorch's own
nn.Transformer layers, on one thread, without a cache: each step of the beam search runs all tokens
so far again, with the memory repeated for each beam. CPU ms, the least of the given repetitions.

Run: python3 token_decoding.py [repetitions]
"""

import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
WIDTH, HEADS, HIDDEN, LAYERS, BEAMS = 512, 8, 1024, 10, 5
VALUES = [6] + [16] * 10
NEIGHBOURS, VECTOR = 15, 768


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Linear(VECTOR, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH)) for _ in range(3)
        )
        self.first = nn.Parameter(torch.randn(1, WIDTH))
        self.start = nn.Parameter(torch.randn(1, WIDTH))
        self.neighbour_tokens = nn.Embedding(sum(VALUES), WIDTH)
        self.tokens = nn.Embedding(sum(VALUES), WIDTH)
        self.input_positions = torch.randn(214, 1, WIDTH)
        self.token_positions = torch.randn(12, 1, WIDTH)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN), LAYERS)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN), LAYERS)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, v) for v in VALUES)
        self.offsets = torch.tensor([sum(VALUES[:n]) for n in range(len(VALUES))])

    def project(self, vectors):
        parts = [p(vectors[..., i, :]) for i, p in enumerate(self.projections)]
        return nn.functional.normalize(torch.stack(parts, -2), dim=-1)

    def memory(self, photo, neighbours, words):
        batch = len(photo)
        ids = self.neighbour_tokens(words + self.offsets)
        each = torch.cat([self.project(neighbours), ids], 2).reshape(batch, -1, WIDTH)
        x = torch.cat([self.first.expand(batch, 1, WIDTH), self.project(photo), each], 1)
        return self.encoder(x.transpose(0, 1) + self.input_positions)

    def next(self, memory, words):
        rows, length = words.shape
        known = self.tokens(words + self.offsets[:length])
        x = torch.cat([self.start.expand(rows, 1, WIDTH), known], 1).transpose(0, 1)
        mask = nn.Transformer.generate_square_subsequent_mask(length + 1)
        y = self.decoder(x + self.token_positions[: length + 1], memory, tgt_mask=mask)
        return self.heads[length](y[-1]).log_softmax(-1)

    def beam(self, memory):
        batch = memory.shape[1]
        words = torch.zeros(batch, 0, dtype=torch.long)
        sums = torch.zeros(batch, 1)
        for n, values in enumerate(VALUES):
            beams = sums.shape[1]
            log = self.next(memory.repeat_interleave(beams, 1), words).reshape(batch, beams, values)
            all_sums = (sums[:, :, None] + log).reshape(batch, -1)
            sums, best = all_sums.topk(BEAMS, 1)
            parents = best // values + beams * torch.arange(batch)[:, None]
            words = torch.cat([words[parents.reshape(-1)], (best % values).reshape(-1, 1)], 1)
        return words


def milliseconds(run, repetitions):
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        run()
        times.append(1000 * (time.process_time() - start))
    return min(times)


network = Network().eval()
torch.set_grad_enabled(False)
repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 5
print("batch,pytorch,encode,beam")
for batch in (1, 8):
    photo = torch.randn(batch, 3, VECTOR)
    neighbours = torch.randn(batch, NEIGHBOURS, 3, VECTOR)
    words = torch.randint(0, 6, (batch, NEIGHBOURS, len(VALUES)))
    memory = network.memory(photo, neighbours, words)
    encode = milliseconds(lambda: network.memory(photo, neighbours, words), repetitions)
    beam = milliseconds(lambda: network.beam(memory), repetitions)
    print(f"{batch},{torch.__version__},{encode:.0f},{beam:.0f}")
