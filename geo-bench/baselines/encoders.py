"""PyTorch's times for EncoderTable: the encoders' networks with random weights in plain PyTorch.

Run: python3 encoders.py ENCODER forward|step BATCH float32|bfloat16 THREADS
Prints "ready PARAMETERS"; then runs once for each line of standard input and prints the time in ms.
"""

import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width, heads, activation, scale):
        super().__init__()
        self.heads = heads
        self.activation = activation
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale1 = nn.Parameter(torch.ones(width)) if scale else None
        self.scale2 = nn.Parameter(torch.ones(width)) if scale else None

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d))
        x = x + (y if self.scale1 is None else y * self.scale1)
        y = self.fc2(self.activation(self.fc1(self.norm2(x))))
        return x + (y if self.scale2 is None else y * self.scale2)


class VisionTransformer(nn.Module):
    def __init__(self, size, width, depth, heads, projection, activation, scale):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 14, 14, bias=scale)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.zeros(1, (size // 14) ** 2 + 1, width))
        self.before = nn.Identity() if scale else nn.LayerNorm(width)
        self.blocks = nn.Sequential(
            *[Block(width, heads, activation, scale) for _ in range(depth)]
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, projection, bias=False) if projection else nn.Identity()

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.position
        return self.head(self.norm(self.blocks(self.before(x))[:, 0]))


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 1e-6))

    def forward(self, x):
        y = self.norm(self.conv(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.fc2(F.gelu(self.fc1(y)))).permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, depths, widths):
        super().__init__()
        layers = [nn.Conv2d(3, widths[0], 4, 4), ChannelNorm(widths[0], eps=1e-6)]
        for i, (depth, width) in enumerate(zip(depths, widths)):
            if i:
                layers += [ChannelNorm(widths[i - 1], eps=1e-6), nn.Conv2d(widths[i - 1], width, 2, 2)]
            layers += [ConvNeXtBlock(width) for _ in range(depth)]
        self.layers = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)

    def forward(self, images):
        return self.norm(self.layers(images).mean((2, 3)))


ENCODERS = {
    "clip-vit-l-14-336": (
        336,
        lambda: VisionTransformer(
            336, 1024, 24, 16, 768, lambda x: x * torch.sigmoid(1.702 * x), False
        ),
    ),
    "dinov2-vit-b-14-224": (
        224,
        lambda: VisionTransformer(224, 768, 12, 12, 0, F.gelu, True),
    ),
    "convnext-t-224": (224, lambda: ConvNeXt((3, 3, 9, 3), (96, 192, 384, 768))),
}


def main():
    encoder, what, batch, precision, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    side, make = ENCODERS[encoder]
    network = make()
    mixed = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16")
    images = torch.randn(int(batch), 3, side, side)

    def forward():
        with torch.inference_mode(), mixed:
            network(images)

    def step():
        with mixed:
            loss = network(images).float().square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()

    if what == "forward":
        network.eval()
        run = forward
    else:
        optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
        run = step
    print("ready", sum(p.numel() for p in network.parameters()), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(1000 * (time.perf_counter() - start), flush=True)


main()
