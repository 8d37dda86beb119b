"""The night: each folder is named by the state the data is in when its stage is done."""
