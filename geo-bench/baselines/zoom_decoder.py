"""PyTorch's times for ZoomDecoderBenchmark: four greedy steps, all tokens computed again in each.

A causal transformer of six blocks, 768 wide, eight heads, with RMSNorm, rotary positions and SwiGLU,
as docs/methods.md describes it; 21,268,224 parameters. One thread, median of 15, in ms.

Run: python3 zoom_decoder.py
"""

import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)

WIDTH, HEADS, LAYERS, HIDDEN, CHILDREN, STEPS = 768, 8, 6, 512, 16, 4


class RmsNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = RmsNorm(), RmsNorm()
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(4))
        self.w1, self.w3 = (nn.Linear(WIDTH, HIDDEN, bias=False) for _ in range(2))
        self.w2 = nn.Linear(HIDDEN, WIDTH, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        h = self.norm1(x)
        q, k, v = (
            layer(h).view(batch, length, HEADS, -1).transpose(1, 2)
            for layer in (self.q, self.k, self.v)
        )
        q, k = turn(q, cos, sin), turn(k, cos, sin)
        scores = q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = x + self.out(mixed)
        h = self.norm2(x)
        return x + self.w2(F.silu(self.w1(h)) * self.w3(h))


def turn(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat((-second, first), -1) * sin


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.actions = nn.Embedding(CHILDREN, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = RmsNorm()
        self.head = nn.Linear(WIDTH, CHILDREN, bias=False)

    def forward(self, ground, views, taken):
        batch, steps, _ = views.shape
        causes = torch.cat((ground[:, None], self.actions(taken)), 1)
        x = torch.stack((causes, views), 2).reshape(batch, 2 * steps, WIDTH)
        size = WIDTH // HEADS
        angles = torch.arange(2 * steps)[:, None] * 1e4 ** (-torch.arange(0, size, 2) / size)
        angles = torch.cat((angles, angles), -1)
        mask = torch.full((2 * steps, 2 * steps), float("-inf")).triu(1)
        for block in self.blocks:
            x = block(x, angles.cos(), angles.sin(), mask)
        return self.head(self.norm(x[:, -1]))


decoder = Decoder().eval()
assert sum(p.numel() for p in decoder.parameters()) == 21_268_224
print("batch,pytorch,milliseconds")
with torch.no_grad():
    for batch in (1, 64):
        ground, views = torch.randn(batch, WIDTH), torch.randn(batch, STEPS, WIDTH)
        times = []
        for _ in range(20):
            start = time.perf_counter()
            taken = torch.zeros(batch, 0, dtype=torch.long)
            for step in range(STEPS):
                best = decoder(ground, views[:, : step + 1], taken).argmax(-1)
                taken = torch.cat((taken, best[:, None]), 1)
            times.append(time.perf_counter() - start)
        print(f"{batch},{torch.__version__},{1000 * sorted(times[5:])[7]:.1f}")
