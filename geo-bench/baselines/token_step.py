"""PyTorch's time for TokenStepBenchmark: a training step of a network of the same shapes built from
PyTorch's own nn.Transformer layers, on one thread: loss, gradients, clipping, AdamW. CPU ms, the
least of the given repetitions.

Run: python3 token_step.py [repetitions]
"""

import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
WIDTH, HEADS, HIDDEN, ENCODER, DECODER, DROPOUT = 256, 8, 512, 2, 4, 0.1
VALUES = [6] + [16] * 5
NEIGHBOURS, VECTOR, BATCH = 15, 768, 32
MEMORY = 1 + 3 + NEIGHBOURS * (3 + len(VALUES))


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
        self.input_positions = torch.randn(MEMORY, 1, WIDTH)
        self.token_positions = torch.randn(len(VALUES), 1, WIDTH)
        layer = (WIDTH, HEADS, HIDDEN, DROPOUT)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(*layer), ENCODER)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(*layer), DECODER)
        self.dropout = nn.Dropout(DROPOUT)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, v) for v in VALUES)
        self.offsets = torch.tensor([sum(VALUES[:n]) for n in range(len(VALUES))])

    def project(self, vectors):
        parts = [p(vectors[..., i, :]) for i, p in enumerate(self.projections)]
        return nn.functional.normalize(torch.stack(parts, -2), dim=-1)

    def forward(self, photo, neighbours, neighbour_words, words):
        ids = self.neighbour_tokens(neighbour_words + self.offsets)
        each = torch.cat([self.project(neighbours), ids], 2).reshape(BATCH, -1, WIDTH)
        x = torch.cat([self.first.expand(BATCH, 1, WIDTH), self.project(photo), each], 1)
        memory = self.encoder(self.dropout(x.transpose(0, 1) + self.input_positions))
        known = self.tokens((words + self.offsets)[:, :-1])
        y = torch.cat([self.start.expand(BATCH, 1, WIDTH), known], 1).transpose(0, 1)
        mask = nn.Transformer.generate_square_subsequent_mask(len(VALUES))
        states = self.decoder(self.dropout(y + self.token_positions), memory, tgt_mask=mask)
        weights = torch.linspace(2, 1, len(VALUES))
        losses = [nn.functional.cross_entropy(h(states[n]), words[:, n]) for n, h in enumerate(self.heads)]
        return (torch.stack(losses) * weights).sum() / weights.sum()


network = Network().train()
optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.01)
photo = torch.randn(BATCH, 3, VECTOR)
neighbours = torch.randn(BATCH, NEIGHBOURS, 3, VECTOR)
neighbour_words = torch.randint(0, 6, (BATCH, NEIGHBOURS, len(VALUES)))
words = torch.randint(0, 6, (BATCH, len(VALUES)))
times = []
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
    start = time.process_time()
    optimizer.zero_grad()
    network(photo, neighbours, neighbour_words, words).backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1)
    optimizer.step()
    times.append(1000 * (time.process_time() - start))
print("pytorch,milliseconds")
print(f"{torch.__version__},{min(times):.0f}")
