"""Times faiss IndexFlatIP beside IndexBenchmark: the same shapes, other random numbers.

Debian's python3-faiss is built without AVX and is about 3.5 times slower than a build with AVX-512.
Prints benchmark,threads,fastestMillis,medianMillis.
"""
import sys
import time

import faiss
import numpy as np

ROWS, WIDTH, K = 100_000, 768, 10
generator = np.random.default_rng(1)
rows = generator.standard_normal((ROWS, WIDTH), dtype=np.float32)
rows /= np.linalg.norm(rows, axis=1, keepdims=True)
queries = generator.standard_normal((256, WIDTH), dtype=np.float32)
queries /= np.linalg.norm(queries, axis=1, keepdims=True)
index = faiss.IndexFlatIP(WIDTH)
index.add(rows)
for threads in (1, 2):
    faiss.omp_set_num_threads(threads)
    for name, batch, runs in (("one", queries[:1], 30), ("batch256", queries, 3)):
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            index.search(batch, K)
            times.append((time.perf_counter() - start) * 1e3)
        times.sort()
        print(f"faiss-{faiss.__version__}-{name},{threads},{times[0]:.1f},{times[len(times) // 2]:.1f}")
        sys.stdout.flush()
