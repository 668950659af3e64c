"""WeChat and conversation machinery; knows no business."""
