"""PyTorch's times for LossBenchmark: forward and backward on one thread, median of 15, in ms.

Run: python3 losses.py
"""

import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(1)


def info_nce(a, b, log_scale):
    logits = log_scale.exp() * a @ b.T
    labels = torch.arange(len(a))
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2


def weighted_tuple(a, b, _):
    similarity = F.normalize(a) @ F.normalize(b).T
    own = similarity.diag()
    others = ~torch.eye(len(a), dtype=torch.bool)
    there = (10 * (similarity - own[:, None])).exp().masked_fill(~others, 0).sum(1)
    back = (10 * (similarity - own[None, :])).exp().masked_fill(~others, 0).sum(0)
    return (there.log1p().mean() + back.log1p().mean()) / 2


print("case,pytorch,milliseconds")
for name, loss, batch, width in (
    ("INFO_NCE_1024_768", info_nce, 1024, 768),
    ("INFO_NCE_1024_3072", info_nce, 1024, 3072),
    ("TUPLE_32_3072", weighted_tuple, 32, 3072),
):
    a = F.normalize(torch.randn(batch, width)).requires_grad_()
    b = F.normalize(torch.randn(batch, width)).requires_grad_()
    scale = torch.tensor(2.659).requires_grad_()
    times = []
    for _ in range(20):
        start = time.perf_counter()
        loss(a, b, scale).backward()
        times.append(time.perf_counter() - start)
    print(f"{name},{torch.__version__},{1000 * sorted(times[5:])[7]:.1f}")
