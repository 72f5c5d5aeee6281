"""Xuanshu: award and selection programmes as BPMN."""
