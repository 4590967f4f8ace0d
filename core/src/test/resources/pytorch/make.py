"""Runs the example of docs/network-format.md on a trained PyTorch model and writes the result here.

Run: python make.py (made with PyTorch 2.13.0 and NumPy 2.4.6).
"""
import os
import re

import numpy as np
import torch
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
docs = os.path.join(here, *[".."] * 5, "docs", "network-format.md")
example = re.search(r"```python\n(.*?)```", open(docs).read(), re.S).group(1)

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))
x = torch.randn(5, 4, dtype=torch.float64)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(50):
    optimizer.zero_grad()
    model(x.float()).square().sum().backward()
    optimizer.step()
os.chdir(here)
exec(example)
np.save("my-network/x.npy", x.numpy())
np.save("my-network/y.npy", model.double()(x).detach().numpy())
