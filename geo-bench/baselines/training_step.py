"""PyTorch's time for TrainingStepTable: the median of some steps, in ms, after a warm-up.

Run: python3 training_step.py THREADS WARMUP STEPS
"""

import sys
import time

import torch
import torch.nn.functional as F
from torchvision.models import convnext_tiny

threads, warmup, steps = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
# The drop path is off on both sides.
network = convnext_tiny(weights=None, stochastic_depth_prob=0.0)
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
times = []
for _ in range(warmup + steps):
    start = time.perf_counter()
    images = torch.randn(2, 3, 224, 224)
    labels = torch.zeros(2, dtype=torch.long)
    optimizer.zero_grad()
    loss = F.cross_entropy(network(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()
    times.append(1000 * (time.perf_counter() - start))
measured = sorted(times[warmup:])
print((measured[(steps - 1) // 2] + measured[steps // 2]) / 2)
