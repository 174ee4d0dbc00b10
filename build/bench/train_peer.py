"""The training step of build/bench/train.ts with Hugging Face's transformers and peft: same shape, same batch, f32."""

import json
import resource
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

task = json.loads(sys.argv[1])
batch, length, steps = task["batch"], task["length"], task["steps"]
torch.set_num_threads(task["threads"])
torch.manual_seed(1)
model = LlamaForCausalLM(LlamaConfig(**task["shape"])).float()
version = f"PyTorch {torch.__version__.split('+')[0]}"
if task["lora"]:
    from peft import LoraConfig, get_peft_model

    targets = task["lora"]["targets"]
    model = get_peft_model(
        model,
        LoraConfig(r=task["lora"]["rank"], lora_alpha=task["lora"]["alpha"], target_modules=targets),
    )
model.train()
parameters = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.01)

ids = (torch.arange(batch * length) * 7919 % task["shape"]["vocab_size"]).view(batch, length)
labels = ids.clone()
# The first half of each row is the question, which the loss leaves out.
labels[:, : length // 2] = -100
seconds = []
for step in range(steps + 2):
    started = time.perf_counter()
    optimizer.zero_grad()
    model(input_ids=ids, labels=labels, use_cache=False).loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    if step >= 2:
        seconds.append(time.perf_counter() - started)
seconds.sort()
print(
    json.dumps(
        {
            "version": version,
            "tokensPerSecond": batch * length / seconds[len(seconds) // 2],
            "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
